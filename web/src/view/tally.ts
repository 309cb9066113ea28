// The tally: two candidates, bars, the leader, the last votes, and whether all this is live.
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Candidate, type Results, type Vote } from "../gen/votes/v1/votes_pb.ts";
import type { Connection } from "../votes/live.ts";
import { art, byId, element, part } from "./dom.ts";
import { ago } from "./time.ts";

export type Choice = Candidate.CATS | Candidate.DOGS;

export const NAMES: Readonly<Record<Choice, "cats" | "dogs">> = { [Candidate.CATS]: "cats", [Candidate.DOGS]: "dogs" };
const CHOICES: readonly Choice[] = [Candidate.CATS, Candidate.DOGS];

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  connecting: "Connecting…",
  live: "Live",
  polling: "Every few seconds",
  away: "Cannot reach the server, trying again…",
};

export function onVote(vote: (choice: Choice) => void): void {
  for (const choice of CHOICES) button(choice).addEventListener("click", () => vote(choice));
}

export function showConnection(connection: Connection): void {
  const live = byId("live", HTMLElement);
  live.dataset["state"] = connection;
  live.textContent = CONNECTIONS[connection];
}

export function showResults({ cats, dogs, summary, recent }: Results): void {
  const total = cats + dogs;
  for (const [choice, votes] of [
    [Candidate.CATS, cats],
    [Candidate.DOGS, dogs],
  ] as const) {
    const share = total === 0n ? 0 : Number(votes) / Number(total);
    part(card(choice), "count").textContent = votes === 1n ? "1 vote" : `${votes.toLocaleString("en")} votes`;
    part(card(choice), "share").textContent = total === 0n ? "" : `${Math.round(share * 100)} %`;
    bar(choice).style.setProperty("--share", String(total === 0n ? 1 : share));
  }
  const leader = byId("leader", HTMLElement);
  if (leader.textContent !== summary) leader.textContent = summary; // read out only when it changes
  byId("recent", HTMLOListElement).replaceChildren(...recent.map(recentVote));
  byId("recent-none", HTMLElement).hidden = recent.length > 0;
}

/** Marks the user's own vote, or none. */
export function showMine(mine: Candidate | undefined): void {
  for (const choice of CHOICES) {
    const chosen = choice === mine;
    card(choice).classList.toggle("chosen", chosen);
    part(card(choice), "verb").textContent = chosen ? "Voted for" : "Vote for";
  }
}

export function showBusy(busy: boolean): void {
  for (const choice of CHOICES) card(choice).ariaBusy = String(busy);
}

/** Keeps "2 minutes ago" true. */
export function keepTime(): void {
  setInterval(() => {
    for (const time of document.querySelectorAll<HTMLTimeElement>("#recent time"))
      time.textContent = ago(new Date(time.dateTime));
  }, 15_000);
}

function recentVote({ candidate, displayName, castAt }: Vote): HTMLLIElement {
  const item = element("li");
  const at = castAt === undefined ? new Date() : timestampDate(castAt);
  const time = element("time", ago(at));
  time.dateTime = at.toISOString();
  const forCats = candidate === Candidate.CATS;
  item.append(
    art(forCats ? "cat" : "dog"),
    element("span", `${displayName || "Someone"} voted for ${forCats ? "cats" : "dogs"}`),
    time,
  );
  return item;
}

function card(choice: Choice): HTMLElement {
  return find(`.candidate[data-candidate="${NAMES[choice]}"]`, HTMLElement);
}

function button(choice: Choice): HTMLButtonElement {
  return find(`.candidate[data-candidate="${NAMES[choice]}"] button`, HTMLButtonElement);
}

function bar(choice: Choice): HTMLElement {
  return find(`#bars [data-candidate="${NAMES[choice]}"]`, HTMLElement);
}

function find<T extends Element>(selector: string, type: new () => T): T {
  const found = document.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${selector}`);
}
