// Practice in a page alone: the page judges, and leads from one circuit to the next.

import { bytesOf } from "../numbers/run.js";
import { make, written } from "../parts/dom.js";
import { Judge } from "../practice/judge.js";
import { Practice } from "../practice/practice.js";
import { speaker } from "../words.js";
import { addKind } from "./host.js";
import { Alone } from "./store.js";

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
 * @param {PracticeGiven} given
 * @param {HTMLElement} page
 */
function startPractice({ words, quizzes }, page) {
  const say = speaker(words);
  const element = page.appendChild(make("div", ""));
  /** @type {Practice} */
  let practice;
  let number = 0;
  const where = make("span", "gv-of");
  const start = () => {
    practice = new Practice(judged(words, quizzes[number++]), element);
    where.textContent = say("page.practice.of", { number, most: quizzes.length });
    next.hidden = number === quizzes.length;
  };
  const next = written("button", "gv-button", say("page.practice.next"), { type: "button" });
  next.addEventListener("click", () => {
    practice.end();
    start();
    practice.fields.inputs[0].focus();
  });
  const series = make("div", "gradviz-view gv-series");
  series.append(next, where);
  if (quizzes.length > 1) page.append(series);
  start();
}

addKind("practice", startPractice);
