"""A graph as a document: what is written is read again, and whatever else is refused in a sentence."""

import copy
import json
import math

import jsonschema
import numpy as np
import pytest
from gallery import FIGURES
from lengths import short
from test_random_programs import programs_of_numbers  # noqa: F401

import gradviz as gv
from gradviz.document import reading
from gradviz.document.codec import decoded, encoded
