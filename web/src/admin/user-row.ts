// One user in the list.
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { User } from "../gen/admin/v1/admin_pb.ts";
import { element, fromTemplate, part } from "../view/dom.ts";
import { shortDate, shortDay } from "../view/time.ts";
import { nameOf, titleOf, waysIn } from "./user.ts";

export interface UserActions {
  readonly editRoles: (user: User) => void;
  readonly setDisabled: (user: User, disabled: boolean) => void;
}

export function userRow(user: User, actions: UserActions): HTMLElement {
  const { id, email, emailVerified, roles, disabled, createdAt, lastSignInAt } = user;
  const content = fromTemplate("user");
  const row = part(content, "row");
  const name = nameOf(user);
  const title = titleOf(user);
  part(row, "name").textContent = title;
  part(row, "name").classList.toggle("muted", name !== title);
  part(row, "disabled").hidden = !disabled;
  part(row, "email").textContent = email === title ? "" : email;
  part(row, "unverified").hidden = email === "" || emailVerified;
  part(row, "ways").textContent = waysIn(user);
  part(row, "uid").textContent = id?.uid ?? "";
  part(row, "tenant").textContent = id?.tenant ? `in ${id.tenant}` : "";
  part(row, "created").replaceChildren(...dated("since ", createdAt, shortDay));
  part(row, "last").replaceChildren(
    ...(lastSignInAt ? dated("last sign-in ", lastSignInAt, shortDate) : ["never signed in"]),
  );
  part(row, "roles").replaceChildren(...roles.map((role) => element("li", role)));
  part(row, "roles").hidden = roles.length === 0;
  part(row, "no-roles").hidden = roles.length > 0;

  const edit = part(row, "edit");
  edit.ariaLabel = `Edit the roles of ${name}`;
  edit.addEventListener("click", () => actions.editRoles(user));
  const toggle = part(row, "toggle");
  toggle.textContent = disabled ? "Enable" : "Disable";
  toggle.ariaLabel = `${disabled ? "Enable" : "Disable"} ${name}`;
  toggle.addEventListener("click", () => actions.setDisabled(user, !disabled));
  return row;
}

/** A point in time with what it is about; nothing where it is not known. */
export function dated(about: string, at: Timestamp | undefined, said: (at: Timestamp) => string | undefined): Node[] {
  if (at === undefined) return [];
  const time = element("time", said(at));
  time.dateTime = timestampDate(at).toISOString();
  time.title = time.dateTime;
  return [document.createTextNode(about), time];
}
