// Practice in a page alone: the page judges.

import { make } from "../parts/dom.js";
import { Judge } from "../practice/judge.js";
import { Practice } from "../practice/practice.js";
import { speaker } from "../words.js";
import { bytesOf } from "./answers.js";
import { addKind } from "./host.js";
import { Alone } from "./store.js";

/**
 * @param {PracticeGiven} given
 * @param {HTMLElement} page
 */
function startPractice({ words, quizzes }, page) {
  const [quiz] = quizzes;
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
  new Practice(store, page.appendChild(make("div", "")));
}

addKind("practice", startPractice);
