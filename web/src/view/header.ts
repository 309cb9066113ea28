// Who is signed in, at the top of the page.
import type { User } from "firebase/auth";
import { type Caller, nameOf } from "../identity/session.ts";
import { byId, element, part } from "./dom.ts";

export function showCaller(caller: Caller): void {
  const account = byId("account", HTMLButtonElement);
  byId("sign-in", HTMLButtonElement).hidden = caller.kind !== "nobody";
  account.hidden = !("user" in caller);
  if (!("user" in caller)) return;
  const name = nameOf(caller.user);
  part(account, "name").textContent = name;
  part(account, "avatar").replaceChildren(avatar(caller.user, name));
}

/** The user's picture, or the first letter of their name. */
function avatar({ photoURL }: User, name: string): Node {
  const letter = document.createTextNode(Array.from(name)[0]?.toUpperCase() ?? "");
  if (!photoURL?.startsWith("https://")) return letter;
  const image = element("img");
  image.alt = "";
  image.referrerPolicy = "no-referrer";
  image.onerror = () => image.replaceWith(letter);
  image.src = photoURL;
  return image;
}
