// Types that the page's JavaScript names in its comments: what Python sends, and what becomes of
// it. They stand here so that nobody has to download them with a page.

/** Of a large array, `elements` are the cells of its map, or their magnitude alone. */
type Tensor = { shape: number[]; elements: number[] };

/** A number or an array; null while it is not known. */
type Value = number | Tensor | null;

type Values = Value[] | Float64Array;

/** The numbers of a run, by the index of a node or an edge; and those that were sent. */
type Run = { primals: Values; locals: Values; adjoints: Values; flows: Values; sent: Float64Array };

// Formulas, as gradviz/scene/words/formula.py makes them

/** A number of the node or the edge of this index; with 1, in brackets where it is negative. */
type Place = ["value" | "adjoint" | "local" | "flow" | "tangent" | "push", number, 1?];

/** A number in a closed block: its place among those sent, the block's node, what it is. */
type Hidden = ["sent", number, number, "value" | "adjoint" | "local" | "tangent"];

type Name = ["name" | "say" | "rate", string] | ["∂" | "Δ", string, string];
type Part = string | Name | Place | Hidden;
type Formula = Part[];

// A graph, as gradviz/live/structure.py makes it

/** Between which ends an input's number can be moved, in which steps. */
type Span = { least: number; most: number; grain: number };

type NodeWords = {
  label: string;
  kind: string;
  source: string;
  value: Formula;
  adjoint: Formula;
  input: Span | null;
  openable: boolean;
};

type EdgeWords = {
  from: number;
  to: number;
  blank: boolean;
  idle: boolean;
  choice: boolean;
  local: Formula;
  flow: Formula;
  soFar: Formula | null;
};

/** A step of the sweeps, and the index of its node, or of its edge if it goes backward or onward. */
type Step = ["start", null] | ["forward" | "seed" | "backward" | "onward", number];

/** In forward mode: how fast each input moves that does. */
type Wrt = Record<string, number>;

/** The words of forward mode, with a part "rate" for each tangent's symbol. */
type ForwardWords = {
  names: string[]; // of the inputs, which are the first nodes
  flat: number[]; // edges along which nothing ever goes
  seed: Formula;
  nodes: Formula[];
  edges: [push: Formula, soFar: Formula | null][];
};

/** Where numbers are: a start, lengths and strides; or one by one. */
type Grid = [number, number[], number[]] | number[];

/** A program, as gradviz/autodiff/programs/instructions.py makes it. */
type Program = {
  size: number;
  constants: [place: number, numbers: (number | string)[] | string][];
  code: [kernel: string, ...given: any[]][];
  numbers: (number | Grid | null)[];
};

/** Some elements of an array: it, and their places in it. */
type Picked = [Float64Array, Int32Array];

/** Of an operand of sums: it, where the terms of each begin, and how far from there they are. */
type Terms = [Float64Array, Int32Array, Int32Array];

/** What an instruction does; false if the function decides otherwise. */
type Action = (...operands: number[]) => void | boolean | number;

type Row = (...operands: number[]) => number;

/** A program made ready. */
type Prepared = (
  inputs: (number | ArrayLike<number>)[],
) => ArrayLike<number | Float64Array | null> | null;

/** What performs a program, and moves a number and performs a part of it again. */
type Performer = {
  run: Prepared;
  moved: (
    what: Grid | number,
    by: number,
    way: [start: number, end: number],
    result: Grid | number,
  ) => number;
};

type Structure = {
  svg: string;
  path: string[];
  output: number; // the index of its node
  places: number[] | null;
  shapes: (number[] | null)[] | null;
  inputs: (number | null)[]; // which node shows each input of the program by itself
  program: Program | null;
  summary: Formula;
  start: Formula;
  seed: Formula;
  steps: Step[];
  nodes: NodeWords[];
  edges: EdgeWords[];
  forward: ForwardWords | null; // where there can be tangents
  second?: "tangent"; // where they are told of
};

// What else a view is sent, and tells

/** What comes of moving the value of `of` a little. */
type Nudges = {
  of?: string;
  lines?: { label: string; formula: Formula; agrees: boolean | null }[];
};

/** A line of code, the numbers that it works out, and the nodes and edges that it belongs to. */
type Line = { text: string; shows: Formula; nodes: number[]; edges: number[] };

type Listing = {
  source: Line[];
  program: Line[];
  forward: Record<string, Line[]>; // programs of forward mode, by what moves
  notes: string[];
};

// Words, as gradviz/words makes them

/** A text; or its forms by plural category, for order under "ordinal". */
type Said = string | Record<string, string | Record<string, string>>;
type Words = { language: string; texts: Record<string, Said> };
type TextId =
  | keyof typeof import("../../gradviz/words/en/page.json")
  | keyof typeof import("../../gradviz/words/en/forward.json")
  | keyof typeof import("../../gradviz/words/en/practice.json")
  | keyof typeof import("../../gradviz/words/en/motion.json")
  | keyof typeof import("../../gradviz/words/en/training.json");

/** Say the text of this id, with its places filled; `n` is the number that it goes by. */
type Say = (id: TextId, places?: Record<string, unknown>) => string;

/** The traits of View in gradviz/live/view.py. */
type ViewState = {
  words: Words;
  structure: Structure;
  numbers: DataView;
  arrays: DataView;
  cells?: DataView; // of a notebook: of maps of inputs
  message: string;
  step: number | null;
  wrt: Wrt | null; // null of the reverse sweep
  selected: string;
  nudges: Nudges;
  wrong: number[];
  closed: number[];
  hand: Record<string, [value: string, when: number]>;
  asked: string;
  answered: string;
  painted: boolean;
  code: Listing | null;
  part: number[];
  opened: string[];
  element: string;
  code_open: boolean;
  sliders: Record<string, string>;
  ranges?: Track[]; // in a notebook, of the page's own
  old?: boolean; // of a page alone: the numbers are not those of what was set
};

// What a page alone is told, as gradviz/figure/page/told.py makes it

/** Where the value of a node is in memory, and the instructions that work it out. */
type Nudged = [places: Grid | number, start: number, end: number] | null;

type NudgeLine = NonNullable<Nudges["lines"]>[number];

type Drawing = {
  trace: number;
  closed: number[]; // blocks, those inside of closed ones left out
  structure: Structure;
  code: Listing;
  nudged: Nudged[] | null;
  statistics: [told: string, isLoud: boolean][][] | null; // by node; null where they are worked out
  part?: number[]; // which box of which is open
  numbers?: string; // where the page can't work them out
};

/** A slider; of a logarithmic one the ends are powers of the base. */
type Track = {
  label: string;
  inputs: number[];
  least: number;
  most: number;
  grain: number;
  base: number | null;
};

type FigureGiven = {
  kind: "figure";
  words: Words;
  drawings: Drawing[];
  blocks: { key: string; parent: number | null }[][]; // of each trace
  closed: string[]; // keys
  can_move: boolean;
  numbers: string;
  values: string;
  sizes: (number | null)[]; // of the inputs; null of a single number
  sliders: Track[];
  held: (string | null)[][] | null; // numbers, by slider and place
  step: number | null;
  wrt: Wrt | null;
  wrong: number[];
  code_open: boolean;
};

type RaceGiven = { kind: "race" } & Omit<RaceState, "painted">;

/** As gradviz/exercises tells it; `wrong` has a place for the guess. */
/** Numbers, and how far from them is near enough: so much, and in parts of their size. */
type Near = { numbers: number[]; within: number; close: number };

type QuestionGiven = Near & {
  kind: "question";
  words: Words;
  is_one: boolean;
  is_typed: boolean;
  mistakes: (Near & { says: string })[];
  says: Record<"unanswered" | "right" | "sign" | "kind" | "wrong", string>;
};

type PlotPageGiven = {
  kind: "plot";
  words: Words;
  given: PlotGiven;
  numbers: string;
  sliders: Track[];
  held: string[][][] | null; // numbers, by slider and place; none where there are none
};

type PageGiven =
  | FigureGiven
  | RaceGiven
  | PlotPageGiven
  | TrainingGiven
  | QuestionGiven
  | PracticeGiven;

/** Of a page that holds many: `words` is the number of those that it says. */
type SharedGiven = Omit<PageGiven, "words"> & { words: number };

/**
 * A way of differentiating, and the ids of the nodes and edges that it evaluates, in its order;
 * after how many of them it knows the gradient of which input, and has evaluated all values once.
 */
type Way = {
  way: "reverse" | "forward" | "bumping";
  name: string;
  events: string[];
  gradients: [after: number, node: number][];
  once: number;
  operations: number;
  locals: number;
};

/** The traits of Race in gradviz/live/race.py. */
type RaceState = { words: Words; svg: string; ways: Way[]; painted: boolean };

// Practice, as gradviz/exercises/practice/telling.py tells it

/** A number that was typed; `unit` is that of its last digit, where it may be rounded there. */
type TypedNumber = { number: number; unit: number | null };

type UnreadNumber = { why: "nothing" | "number" | "thousands" | "several" };

/** A number that is asked for: of which node or edge, and where on the picture it is typed. */
type Blank = {
  kind: "value" | "local" | "gradient";
  at: number;
  count: number;
  field: [left: number, top: number, width: number, height: number];
  words: string;
  line: Formula;
  hint: Formula | null; // the same without symbols that would be the number, if it has such
};

/** What became of a blank; `says` has a place for its worked line. */
type BlankState = {
  found: "" | "right" | "shown";
  tries: number;
  hints: number;
  mistakes: string[];
  mood: "" | "right" | "wrong" | "unread" | "hint" | "shown" | "done";
  says: string;
  edge: number | null;
};

/** What a person does at a blank. */
type Act = [name: string, at: number, what: "answer" | "hint" | "show", text: string];

type Wrong = { mistake: string; numbers: number[]; edge: number };

/** What answers to a blank are compared with, and what is said of it. */
type BlankKey = {
  right: number[];
  wrong: Wrong[];
  question: string;
  again: string;
  sign: string;
  rule: string;
};

type QuizAsked = { structure: Structure; blanks: Blank[] };

type QuizGiven = {
  level: number | null; // of an unseen circuit
  given: QuizAsked;
  numbers: string;
  keys: BlankKey[];
};

/** Quizzes one after another; what was missed comes back, of the spares. */
type PracticeGiven = {
  kind: "practice";
  words: Words;
  quizzes: QuizGiven[];
  spares: QuizGiven[];
};

/** The traits of Practice in gradviz/live/practice.py. */
type PracticeState = {
  words: Words;
  given: QuizAsked;
  numbers: DataView;
  blanks: BlankState[];
  acts: Act[];
  asked: string;
  answered: string;
  painted: boolean;
};

// A recorded training, as gradviz/live/plots/recorded.py tells it

/** Pictures in a byte an element: shares of the most. */
type Shades = { shades: Int8Array; most: number };

type TrainingParts = {
  epochs: number | null; // how many there are to be
  answers: string[];
  total: number; // of the test, also of what is not seen
  pictures: string | null;
  shapes: ([number, number, number] | null)[]; // of pictures of the test, and of weights
  layers: string[];
};

/** An epoch: its number, its loss and the sizes of gradients, as text; what is seen of it. */
type TrainingFrame = {
  numbers: string[];
  verdicts: string[] | null;
  right: number;
  most: number;
  weights: string | null; // null: those of before are left
};

/** The traits of Training in gradviz/live/plots/training.py. */
type TrainingState = {
  words: Words;
  given: TrainingParts;
  numbers: TrainingFrame[];
  is_new: boolean;
  painted: boolean;
};

type TrainingGiven = { kind: "training" } & Omit<TrainingState, "is_new" | "painted">;

// A plot, as gradviz/live/plots makes it

/** How numbers become places: times `scale`, plus `start`, all of their logarithm if it `is_log`. */
type AxisGiven = { is_log: boolean; scale: number; start: number };

/** What stands still, in points. */
type FrameGiven = {
  svg: string;
  size: [number, number];
  box: [left: number, top: number, width: number, height: number];
  x: AxisGiven;
  y: AxisGiven;
  lens?: [x: number, y: number, radius: number];
};

/** What sets a value of a plot: along a slider; `isPassing` says that another follows at once. */
type PlotHand = { track: Track; set: (value: number, isPassing: boolean) => void };

/** Something that moves, and how it looks; `marker` is its outline, null of a round one. */
type MarkGiven = {
  name: string;
  kind: "line" | "path" | "words";
  colour: string;
  width: number;
  dashes: [number, number] | null;
  marker: [number, number][] | null;
  size: number;
  place: [number, number] | null;
};

/** Where a mark is: a line by a point and its slope, points, or words. */
type MarkAt = string | number[] | [number, number][];

/** A place in a picture. */
type Spot = [number, number];

type PlotGiven = {
  kind: string;
  names: string[]; // of the values that are set
  frames: [wide: FrameGiven, narrow: FrameGiven];
  marks: MarkGiven[];
  programs: Program[] | null;
  sizes: number[]; // of difference quotients
  steps: number; // of a descent
  called: [string, string]; // of the argument and the function of a descent
  depths: number[]; // of networks
};

type Kind = {
  numbers: (
    f: (x: number) => [number, number],
    values: Record<string, number>,
    given: PlotGiven,
    near: (x: number) => number,
  ) => number[];
  grips?: (
    values: Record<string, number>,
    numbers: number[],
    given: PlotGiven,
  ) => Record<string, [number, number]>;
  shown: (
    say: Say,
    values: Record<string, number>,
    numbers: number[],
    given: PlotGiven,
  ) => { text: string; title: string; marks: Record<string, any> };
};

/** The traits of Drawing in gradviz/live/plots/moving.py. */
type PlotState = {
  words: Words;
  given: PlotGiven;
  numbers: DataView;
  message: string;
  sliders: Record<string, string>;
  painted: boolean;
};

/** What stands between a figure and its host, which answers what is asked. */
interface Store<State> {
  get<Name extends keyof State>(name: Name): State[Name];
  on(name: string, handler: () => void): void;
  off(name: string, handler: () => void): void;
  tell(changes: Partial<State>): void;
  ask(changes: Partial<State>): void;
  slider(reference: string): Promise<Slider>;
}

/** The model of a slider of ipywidgets. */
type Slider = Model<{
  value: number;
  beyond?: [] | [string, number];
  min: number;
  max: number;
  step: number | null;
  base: number;
  continuous_update: boolean;
  _model_name: string;
}> & { readout_formatter?: (value: unknown) => string };

/** The model of a widget, as anywidget gives it. */
type Model<State> = {
  get<Name extends keyof State>(name: Name): State[Name];
  set(name: any, value?: unknown, options?: { updated_view?: unknown; byHand?: boolean }): unknown;
  save_changes(): void;
  on(event: string, handler: (...told: any[]) => void): void;
  off(event: string, handler: (...told: any[]) => void): void;
  widget_manager: { get_model(id: string): Promise<Slider> };
  views?: Record<string, Promise<{ el: HTMLElement }>>; // of ipywidgets' own models
};
