import { type HandlerContext } from "@connectrpc/connect";
import { expect, test } from "@playwright/test";
import type { WatchResultsResponse } from "../../src/gen/votes/v1/votes_pb.ts";
import { clientOf, refusal, wantFresh } from "./gated-api.ts";

const staleThenFresh = async (fresh: boolean) => (fresh ? "fresh" : "stale");
const cats = (count: bigint) => ({ results: { cats: count } });

async function countsOf(stream: AsyncIterable<WatchResultsResponse>): Promise<bigint[]> {
  const counts = [];
  for await (const { results } of stream) counts.push(results!.cats);
  return counts;
}

test("a stream that its token's expiry ends goes on with a fresh one", async () => {
  let opened = 0;
  const { client, brought } = clientOf(
    {
      async *watchResults() {
        opened += 1;
        yield cats(BigInt(opened));
        if (opened < 3) throw refusal("TOKEN_EXPIRED");
      },
    },
    staleThenFresh,
  );
  expect(await countsOf(client.watchResults({}))).toEqual([1n, 2n, 3n]);
  expect(brought).toEqual(["Bearer stale", "Bearer fresh", "Bearer fresh"]);
});

test("a stream refused at once for an expired token is opened with a fresh one", async () => {
  const { client, brought } = clientOf(
    {
      async *watchResults(_: unknown, context: HandlerContext) {
        wantFresh(context);
        yield cats(1n);
      },
    },
    staleThenFresh,
  );
  expect(await countsOf(client.watchResults({}))).toEqual([1n]);
  expect(brought).toEqual(["Bearer stale", "Bearer fresh"]);
});

test("a stream that is refused again and again is given up", async () => {
  const { client, brought } = clientOf(
    {
      async *watchResults() {
        throw refusal("TOKEN_EXPIRED");
      },
    },
    staleThenFresh,
  );
  await expect(countsOf(client.watchResults({}))).rejects.toThrow("TOKEN_EXPIRED");
  expect(brought.length).toBeLessThanOrEqual(3);
});

test("a stream that ends for another reason is not resumed", async () => {
  const { client, brought } = clientOf(
    {
      async *watchResults() {
        yield cats(1n);
        throw refusal("USER_DISABLED");
      },
    },
    staleThenFresh,
  );
  await expect(countsOf(client.watchResults({}))).rejects.toThrow("USER_DISABLED");
  expect(brought).toHaveLength(1);
});

test("a stream that was given up by its reader is not resumed", async () => {
  const reader = new AbortController();
  const { client, brought } = clientOf(
    {
      async *watchResults() {
        yield cats(1n);
        reader.abort();
        throw refusal("TOKEN_EXPIRED");
      },
    },
    staleThenFresh,
  );
  await expect(countsOf(client.watchResults({}, { signal: reader.signal }))).rejects.toThrow();
  expect(brought).toHaveLength(1);
});
