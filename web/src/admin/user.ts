// What an account of an end user is called, and found by.
import type { User, UserId } from "../gen/admin/v1/admin_pb.ts";
import { providerName } from "../view/providers.ts";

/** A uid counts within its tenant. */
export function keyOf(id: UserId | undefined): string {
  return `${id?.tenant ?? ""}/${id?.uid ?? ""}`;
}

/** What to call a user: the name that they gave themselves, or else what is known of them. */
export function nameOf({ displayName, email, providers, id }: User): string {
  return displayName || email || `the ${providers.length === 0 ? "guest" : "user"} ${id?.uid ?? ""}`;
}

/** As a heading, beside the uid. */
export function titleOf({ displayName, email, providers }: User): string {
  return displayName || email || (providers.length === 0 ? "Guest" : "Without a name");
}

/** How the user can sign in, in words. */
export function waysIn({ providers }: User): string {
  return providers.length === 0 ? "guest" : providers.map((id) => providerName(id) ?? id).join(", ");
}

/** Whether each word of what was typed is somewhere in what is shown of the user. */
export function matches(user: User, typed: string): boolean {
  const { displayName, email, emailVerified, roles, providers, disabled, id } = user;
  const state = [disabled ? "disabled" : "enabled", email === "" || emailVerified ? "" : "not verified"];
  const shown = [displayName, email, waysIn(user), ...roles, ...providers, ...state, id?.uid, id?.tenant];
  const text = shown.join("\n").toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
