"""What a command line says when it can't do its work."""


class Trouble(Exception):
    """What keeps a command from doing its work, said so that the learner can mend it; `code` is
    with what the command then ends.
    """

    def __init__(self, what: str, code: int = 2) -> None:
        super().__init__(what)
        self.code = code
