// Server streams, which end with their token.
import type { HandlerContext } from "@connectrpc/connect";
import { expect, test } from "@playwright/test";
import { isDenied, resuming } from "../src/index.js";
import { type FollowNotesRequest, NoteService } from "./gen/notes/v1/notes_pb.js";
import {
  clientOf,
  failureOf,
  refusal,
  serialTokens,
  staleThenFresh,
  tokenOf,
  wantFresh,
  withoutBody,
} from "./gated-api.js";

const { followNotes, watchCount } = NoteService.method;
const after = resuming(followNotes, ({ folder }, { number }) => ({ folder, after: number }));

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const messages = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

/** Two notes at a time, then the token has expired; six in all. */
async function* twoAtATime({ folder, after }: FollowNotesRequest) {
  if (folder !== "in") throw new Error("another folder");
  for (let number = after + 1; number <= 6; number += 1) {
    yield { number };
    if (number % 2 === 0 && number < 6) throw refusal("TOKEN_EXPIRED");
  }
}

test("a stream that its token's expiry ends goes on from where the application says", async () => {
  const { client, brought } = clientOf({ followNotes: twoAtATime }, serialTokens(), {
    resume: [after],
  });
  const notes = await all(client.followNotes({ folder: "in" }));
  expect(notes.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(brought).toEqual(["Bearer token-1", "Bearer token-2", "Bearer token-3"]);
});

test("by default the same is asked for again", async () => {
  let opened = 0;
  const { client } = clientOf(
    {
      async *watchCount() {
        yield { count: ++opened };
        if (opened < 3) throw refusal("TOKEN_EXPIRED");
      },
    },
    serialTokens(),
    { resume: [after, resuming(watchCount)] },
  );
  expect((await all(client.watchCount({}))).map(({ count }) => count)).toEqual([1, 2, 3]);
});

test("a stream of which the application says nothing ends with its token", async () => {
  const { client, brought } = clientOf({ followNotes: twoAtATime }, serialTokens(), {
    resume: [resuming(watchCount)],
  });
  const seen: number[] = [];
  const error = await failureOf(
    (async () => {
      for await (const { number } of client.followNotes({ folder: "in" })) seen.push(number);
    })(),
  );
  expect(isDenied(error, "TOKEN_EXPIRED")).toBe(true);
  expect(seen).toEqual([1, 2]);
  expect(brought).toHaveLength(1);
});

test("a stream refused before its first message is opened with a fresh token, whatever the application says", async () => {
  for (const resume of [[], [after]]) {
    const asked: number[] = [];
    const { client, brought } = clientOf(
      {
        async *followNotes({ after }: FollowNotesRequest, context: HandlerContext) {
          asked.push(after);
          wantFresh(context);
          yield { number: 8 };
        },
      },
      staleThenFresh,
      { resume },
    );
    expect(await all(client.followNotes({ after: 7 }))).toMatchObject([{ number: 8 }]);
    expect(brought).toEqual(["Bearer stale", "Bearer fresh"]);
    expect(asked).toEqual([7, 7]);
  }
});

test("a stream refused before its answer begins is opened with a fresh token", async () => {
  const { client, brought, fetch } = clientOf(
    {
      async *watchCount(_: unknown, context: HandlerContext) {
        wantFresh(context);
        yield { count: 1 };
      },
    },
    staleThenFresh,
    { fetch: async (input, init) => withoutBody(await fetch(input, init)) },
  );
  expect(await all(client.watchCount({}))).toMatchObject([{ count: 1 }]);
  expect(brought).toEqual(["Bearer stale", "Bearer fresh"]);
});

test("a stream that is refused again is given up", async () => {
  const { client, brought } = clientOf(
    {
      async *watchCount() {
        throw refusal("TOKEN_EXPIRED");
      },
    },
    serialTokens(),
    { resume: [resuming(watchCount)] },
  );
  expect(isDenied(await failureOf(all(client.watchCount({}))), "TOKEN_EXPIRED")).toBe(true);
  expect(brought).toHaveLength(2);
});

test("a resumed stream that is refused before another message is given up", async () => {
  const { client, brought } = clientOf(
    {
      async *watchCount() {
        if (brought.length === 1) yield { count: 1 };
        throw refusal("TOKEN_EXPIRED");
      },
    },
    serialTokens(),
    { resume: [resuming(watchCount)] },
  );
  expect(isDenied(await failureOf(all(client.watchCount({}))), "TOKEN_EXPIRED")).toBe(true);
  expect(brought).toHaveLength(2);
});

test("a stream that ends for another reason is not resumed", async () => {
  const { client, brought } = clientOf(
    {
      async *watchCount() {
        yield { count: 1 };
        throw refusal("USER_DISABLED");
      },
    },
    staleThenFresh,
    { resume: [resuming(watchCount)] },
  );
  expect(isDenied(await failureOf(all(client.watchCount({}))), "USER_DISABLED")).toBe(true);
  expect(brought).toHaveLength(1);
});

test("a stream of one user is never resumed as another's", async () => {
  let who = "ada";
  const { client, brought } = clientOf(
    {
      async *watchCount() {
        yield { count: 1 };
        who = "bob";
        throw refusal("TOKEN_EXPIRED");
      },
    },
    async () => tokenOf(who, 1),
    { resume: [resuming(watchCount)] },
  );
  expect(isDenied(await failureOf(all(client.watchCount({}))), "TOKEN_EXPIRED")).toBe(true);
  expect(brought).toHaveLength(1);
});

test("a stream that was given up by its reader is not resumed", async () => {
  const reader = new AbortController();
  const { client, brought } = clientOf(
    {
      async *watchCount() {
        yield { count: 1 };
        reader.abort();
        throw refusal("TOKEN_EXPIRED");
      },
    },
    staleThenFresh,
    { resume: [resuming(watchCount)] },
  );
  await failureOf(all(client.watchCount({}, { signal: reader.signal })));
  expect(brought).toHaveLength(1);
});

test("the trailers of a resumed stream are those of its last part", async () => {
  const { client, brought } = clientOf(
    {
      async *watchCount(_: unknown, { responseTrailer }: HandlerContext) {
        responseTrailer.set("part", String(brought.length));
        yield { count: 1 };
        if (brought.length === 1) throw refusal("TOKEN_EXPIRED");
      },
    },
    serialTokens(),
    { resume: [resuming(watchCount)] },
  );
  let part: string | null = null;
  await all(client.watchCount({}, { onTrailer: (trailer) => void (part = trailer.get("part")) }));
  expect(part).toBe("2");
});
