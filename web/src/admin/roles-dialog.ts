// The roles of one user: chips to take away, a field to add, and what saving them will do.
import type { User } from "../gen/admin/v1/admin_pb.ts";
import type { Step } from "../view/confirm.ts";
import { element, field, part } from "../view/dom.ts";
import { onSubmit } from "../view/form.ts";
import type { Stage } from "../view/stage.ts";
import { nameOf } from "./user.ts";

/** As the service takes them. */
export const MOST_ROLES = 32;
const ROLE = /^[A-Za-z0-9\-_.:/]{1,64}$/;

/** The step that asks for a user's roles; `chosen` is told of them before they are saved. */
export function askingForRoles(
  stage: Stage,
  user: User,
  known: readonly string[],
  chosen: (roles: string[]) => void,
): Step {
  return (save) => {
    const content = stage.show("step-roles");
    const form = part(content, "form", HTMLFormElement);
    const list = part(form, "roles");
    const input = field(form, "role");
    let roles = [...user.roles];

    part(content, "title").textContent = `Roles of ${nameOf(user)}`;
    part(form, "known", HTMLDataListElement).replaceChildren(
      ...known.map((role) => {
        const option = element("option");
        option.value = role;
        return option;
      }),
    );

    function show(): void {
      list.replaceChildren(...roles.map(chip));
      list.hidden = roles.length === 0;
      part(form, "none").hidden = roles.length > 0;
      part(form, "does").textContent = whatSavingDoes(user.roles, roles);
      part(form, "save", HTMLButtonElement).disabled = isSame(user.roles, roles);
    }

    function chip(role: string): HTMLElement {
      const item = element("li", role);
      const remove = element("button", "×");
      remove.type = "button";
      remove.ariaLabel = `Take away ${role}`;
      remove.addEventListener("click", () => {
        roles = roles.filter((one) => one !== role);
        show();
        input.focus(); // the button is gone
      });
      item.append(remove);
      return item;
    }

    /** Adds what is typed, if anything is; says whether all is well. */
    function add(): boolean {
      const typed = input.value.trim();
      const fault = typed === "" ? "" : faultOf(typed, roles);
      input.setCustomValidity(fault);
      if (fault !== "") return input.reportValidity();
      if (typed !== "" && !roles.includes(typed)) roles = [...roles, typed];
      input.value = "";
      show();
      return true;
    }

    input.addEventListener("input", () => {
      input.setCustomValidity("");
      if (input.value.trim() !== "") part(form, "save", HTMLButtonElement).disabled = false;
      else show();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || input.value.trim() === "") return;
      event.preventDefault(); // it adds, and does not save yet
      add();
    });
    part(form, "add").addEventListener("click", () => {
      add();
      input.focus();
    });
    part(form, "no").addEventListener("click", () => stage.close(false));
    onSubmit(form, async () => {
      if (!add() || isSame(user.roles, roles)) return;
      chosen(roles);
      save();
    });
    show();
    part(content, "title").focus();
  };
}

/** Why what was typed is no role to add; empty where it is one. */
export function faultOf(role: string, roles: readonly string[]): string {
  if (!ROLE.test(role)) return "A role has 1 to 64 characters: letters without accents, digits and any of - _ . : /";
  if (!roles.includes(role) && roles.length >= MOST_ROLES) return `A user has at most ${MOST_ROLES} roles.`;
  return "";
}

/** What comes of saving, said before it is done. */
export function whatSavingDoes(before: readonly string[], after: readonly string[]): string {
  const given = after.filter((role) => !before.includes(role));
  const taken = before.filter((role) => !after.includes(role));
  if (given.length === 0 && taken.length === 0) return "Nothing is changed yet.";
  const gives = given.length > 0 ? `Gives ${given.join(", ")}: it shows once the user's token is refreshed. ` : "";
  const takes = taken.length > 0 ? `Takes away ${taken.join(", ")}, and signs the user out everywhere.` : "";
  return `${gives}${takes}`.trim();
}

function isSame(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((role) => after.includes(role));
}
