// Who is signed in.
import { type Auth, type User, onIdTokenChanged, signOut } from "firebase/auth";
import { Cell } from "../cell.ts";

export type Caller =
  | { readonly kind: "unknown" } // the SDK still looks into its storage
  | { readonly kind: "nobody" }
  | { readonly kind: "guest"; readonly user: User }
  | { readonly kind: "member"; readonly user: User };

/** Where it is remembered that someone was signed in: the SDK says nothing when it drops a session at load. */
const REMEMBERED = "callgate.signed-in";

export class Session {
  readonly caller = new Cell<Caller>({ kind: "unknown" });
  readonly #auth: Auth;

  constructor(auth: Auth, onEnded: () => void) {
    this.#auth = auth;
    onIdTokenChanged(auth, (user) => {
      if (user === null && localStorage.getItem(REMEMBERED) !== null) {
        localStorage.removeItem(REMEMBERED);
        onEnded();
      }
      if (user !== null) localStorage.setItem(REMEMBERED, "1");
      this.caller.value = callerOf(user);
    });
  }

  /** Shows what has changed about the user (a name, a linked account), and brings it into the token. */
  async refresh(): Promise<void> {
    const user = this.#auth.currentUser;
    if (user === null) return;
    await user.reload();
    await user.getIdToken(true);
    this.show();
  }

  /** Shows the user as they are now: the SDK tells of a new token, but not of a new name. */
  show(): void {
    this.caller.value = callerOf(this.#auth.currentUser);
  }

  /** Signs out because someone wants it, or was told why already: `onEnded` is not called. */
  async signOut(): Promise<void> {
    localStorage.removeItem(REMEMBERED);
    await signOut(this.#auth);
  }
}

function callerOf(user: User | null): Caller {
  if (user === null) return { kind: "nobody" };
  return { kind: user.isAnonymous ? "guest" : "member", user };
}

/** What to call the user on their own page. */
export function nameOf(user: User): string {
  if (user.isAnonymous) return "Guest";
  return user.displayName || user.email || user.phoneNumber || "Signed in";
}
