// The page as a whole: what happens when someone signs in, votes, opens the profile, leaves.
import { createCallgateTransport, isUnavailable } from "@callgate/web";
import { type Client, createClient } from "@connectrpc/connect";
import type { User } from "firebase/auth";
import type { Config } from "./config.ts";
import { VoteService } from "./gen/votes/v1/votes_pb.ts";
import { ProfileService } from "./gen/profiles/v1/profiles_pb.ts";
import { openAuth } from "./identity/auth.ts";
import { localCodes } from "./identity/local-codes.ts";
import { type Caller, Session } from "./identity/session.ts";
import { SignIn } from "./identity/sign-in.ts";
import { followActionLink } from "./view/action-links.ts";
import { byId } from "./view/dom.ts";
import { showCaller } from "./view/header.ts";
import { type Leaving, LeavingDialog } from "./view/leaving.ts";
import { Notices } from "./view/notices.ts";
import { ProfileDialog } from "./view/profile.ts";
import { type Purpose, SignInDialog, TO_LINK, TO_SIGN_IN } from "./view/sign-in.ts";
import { Stage } from "./view/stage.ts";
import { type Choice, NAMES, keepTime, onVote, showBusy, showConnection, showMine, showResults } from "./view/tally.ts";
import { Live } from "./votes/live.ts";
import { WAYS_OUT, type WayOut, isSessionLost, wordsFor } from "./words.ts";

export class Page {
  readonly #notices = new Notices(WAYS_OUT, (wayOut) => void this.#take(wayOut));
  readonly #session: Session;
  readonly #votes: Client<typeof VoteService>;
  readonly #live: Live;
  readonly #signInDialog: SignInDialog;
  readonly #profileDialog: ProfileDialog;
  readonly #leaving: LeavingDialog;
  /** Whose vote is shown; asked for once a user. */
  #mineOf: string | undefined;
  /** Counts the answers about it, since they may come in another order than they were asked for. */
  #mineKnown = 0;
  #voting = false;

  constructor(config: Config) {
    const auth = openAuth(config);
    const baseUrl = config.apiBaseUrl === "" ? location.origin : config.apiBaseUrl;
    const transport = createCallgateTransport({ baseUrl, auth });
    const local = config.localIdentity === null ? undefined : localCodes(config.localIdentity, config.projectId);
    const stage = new Stage(wordsFor);
    const signIn = new SignIn(auth);

    this.#votes = createClient(VoteService, transport);
    this.#live = new Live(this.#votes);
    this.#session = new Session(auth, () => {
      this.#notices.problem({ text: "Your session has ended. Please sign in again.", wayOut: "sign-in" });
    });
    this.#signInDialog = new SignInDialog(stage, signIn, local);
    const profiles = createClient(ProfileService, transport);
    this.#leaving = new LeavingDialog({
      stage,
      profiles,
      current: () => auth.currentUser,
      signInAgain: (purpose) => this.#signInDialog.open(purpose),
      late: (error) => this.#notices.problem(wordsFor(error)),
    });
    this.#profileDialog = new ProfileDialog({
      stage,
      session: this.#session,
      profiles,
      local,
      onLink: () => void this.#take("link"),
      onLeave: (user, way) => void this.#leave(user, way),
      onSignOut: () => {
        stage.close(false);
        void this.#signOut();
      },
    });

    this.#live.results.watch((results) => results && showResults(results));
    this.#live.connection.watch((connection) => {
      showConnection(connection);
      if (connection === "live") void this.#findMine(this.#session.caller.value);
    });
    this.#session.caller.watch((caller) => {
      showCaller(caller);
      void this.#findMine(caller);
    });
    onVote((choice) => void this.#vote(choice));
    byId("sign-in", HTMLButtonElement).addEventListener("click", () => void this.#signIn());
    byId("account", HTMLButtonElement).addEventListener("click", () => void this.#take("profile"));
    keepTime();
    void this.#live.run();
    void auth.authStateReady().then(() => followActionLink(signIn, this.#session, stage, this.#notices));
  }

  /** Someone who is not signed in, or a guest, is asked to sign in first; their vote is cast right after. */
  async #vote(choice: Choice): Promise<void> {
    if (this.#voting) return;
    this.#notices.clear();
    if (!(await this.#becomeMember(choice))) return;
    this.#voting = true;
    showBusy(true);
    try {
      const { vote, results } = await this.#votes.castVote({ candidate: choice });
      this.#mineKnown += 1;
      showMine(vote?.candidate);
      this.#live.offer(results);
      this.#notices.inform(`Your vote for ${NAMES[choice]} is counted.`);
    } catch (error) {
      await this.#tell(error);
    } finally {
      this.#voting = false;
      showBusy(false);
    }
  }

  async #becomeMember(choice: Choice): Promise<boolean> {
    const { kind } = this.#session.caller.value;
    if (kind === "member" || kind === "unknown") return true; // an unknown one is looked up before the call is made
    const title = `Your vote for ${NAMES[choice]}`;
    const purpose =
      kind === "guest"
        ? {
            title,
            lead: "A guest may only watch. Add a way to sign in: you stay who you are, and your vote is counted.",
            guest: false,
          }
        : { title, lead: "Sign in, and it is counted.", guest: false };
    return this.#askToSignIn(purpose);
  }

  async #askToSignIn(purpose: Purpose): Promise<boolean> {
    const signedIn = await this.#signInDialog.open(purpose);
    if (signedIn) this.#session.show();
    return signedIn;
  }

  async #findMine(caller: Caller): Promise<void> {
    if (caller.kind !== "member") {
      this.#mineOf = undefined;
      this.#mineKnown += 1;
      return showMine(undefined);
    }
    const { uid } = caller.user;
    if (this.#mineOf === uid) return;
    this.#mineOf = uid;
    const known = ++this.#mineKnown;
    showMine(undefined);
    try {
      const { votes } = await this.#votes.listMyVotes({});
      if (this.#mineKnown === known) showMine(votes[0]?.candidate);
    } catch (error) {
      this.#mineOf = undefined; // asked for again when the server is back
      if (!isUnavailable(error)) await this.#tell(error);
    }
  }

  async #tell(error: unknown): Promise<void> {
    if (isSessionLost(error)) await this.#session.signOut();
    this.#notices.problem(wordsFor(error));
  }

  async #signIn(): Promise<void> {
    if (await this.#askToSignIn(TO_SIGN_IN)) this.#notices.clear();
  }

  async #signOut(told = "You are signed out."): Promise<void> {
    await this.#session.signOut();
    this.#notices.inform(told);
    byId("sign-in", HTMLButtonElement).focus();
  }

  async #leave(user: User, way: Leaving): Promise<void> {
    const told = await this.#leaving.open(user, way);
    if (told !== undefined) await this.#signOut(told);
  }

  async #take(wayOut: WayOut): Promise<void> {
    const caller = this.#session.caller.value;
    if (wayOut === "sign-in") return this.#signIn();
    if (wayOut === "link") {
      if (await this.#askToSignIn(TO_LINK)) this.#notices.inform("You may vote now.");
      return;
    }
    if ("user" in caller) this.#profileDialog.open(caller.user);
  }
}
