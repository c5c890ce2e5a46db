// Practice in a page alone: the page judges, and leads from one circuit to the next.

import { bytesOf } from "../numbers/run.js";
import { make, written } from "../parts/dom.js";
import { Judge } from "../practice/judge.js";
import { resultOf } from "../practice/known.js";
import { Practice } from "../practice/practice.js";
import { speaker } from "../words.js";
import { addKind } from "./host.js";
import { Alone } from "./store.js";

const LATER = 2; // quizzes between one that was missed and the next of its level

/**
 * What stands between a practice and a page: there the quiz is judged at once.
 * @param {Words} words
 * @param {QuizGiven} quiz
 */
function judged(words, quiz) {
  const judge = new Judge(speaker(words), quiz);
  /** @type {PracticeState} */
  const state = {
    ...{ words, given: quiz.given, numbers: bytesOf(quiz.numbers), blanks: judge.states },
    ...{ acts: [], asked: "", answered: "", painted: true },
  };
  const store = new Alone(state);
  store.answer = ({ acts }) => {
    const act = acts?.at(-1);
    if (!act) return;
    judge.act(act);
    store.put({ blanks: judge.states });
  };
  return store;
}

/**
 * The quizzes that are to come after one: where something was missed in it, with one more of its
 * level, of the spares.
 * @param {QuizGiven[]} coming
 * @param {QuizGiven[]} spares from which it is taken
 * @param {QuizGiven} quiz
 * @param {BlankState[]} states
 */
function andAgain(coming, spares, { level }, states) {
  const spare = spares.findIndex((each) => each.level === level);
  const { n, right } = resultOf(states);
  if (right === n || spare < 0) return coming;
  const [again] = spares.splice(spare, 1);
  return [...coming.slice(0, LATER), again, ...coming.slice(LATER)];
}

/**
 * @param {PracticeGiven} given
 * @param {HTMLElement} page
 */
function startPractice({ words, quizzes, spares }, page) {
  const say = speaker(words);
  const element = page.appendChild(make("div", ""));
  const left = [...spares];
  let [quiz, ...coming] = quizzes;
  let number = 1;
  const where = make("span", "gv-of");
  const begin = () => {
    const most = number + coming.length;
    where.textContent = say("page.practice.of", { number, most });
    next.hidden = most === number;
    return new Practice(judged(words, quiz), element);
  };
  const next = written("button", "gv-button", say("page.practice.next"), { type: "button" });
  next.addEventListener("click", () => {
    [quiz, ...coming] = andAgain(coming, left, quiz, practice.states);
    number++;
    practice.end();
    practice = begin();
    practice.fields.inputs[0].focus();
  });
  const series = make("div", "gradviz-view gv-series");
  series.append(next, where);
  if (coming.length) page.append(series);
  let practice = begin();
}

addKind("practice", startPractice);
