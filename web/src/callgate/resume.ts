// A server stream that outlives its token: the gate ends it when the token expires, and it is asked for again with a fresh one.
import type { Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { isStale } from "./denial.ts";

type Next = (request: UnaryRequest | StreamRequest) => Promise<UnaryResponse | StreamResponse>;

/** Opens a server stream; where it is refused or ended as stale, `renew`s the token and asks the same again, once in a row. */
export async function resumed(request: StreamRequest, next: Next, renew: () => Promise<void>): Promise<StreamResponse> {
  if (request.method.methodKind !== "server_streaming") return streaming(await next(request));
  const message = await only(request.message);
  const ask = async () => streaming(await next({ ...request, message: once(message) }));

  async function open(): Promise<StreamResponse> {
    try {
      return await ask();
    } catch (error) {
      if (!isStale(request, error)) throw error;
      await renew();
      return ask();
    }
  }

  async function* messages(first: StreamResponse): AsyncIterable<Message> {
    let current = first;
    let mayRenew = true;
    for (;;) {
      try {
        for await (const answer of current.message) {
          mayRenew = true;
          yield answer;
        }
        return;
      } catch (error) {
        if (!mayRenew || !isStale(request, error)) throw error;
        mayRenew = false;
        await renew();
        current = await ask();
      }
    }
  }

  const first = await open();
  return { ...first, message: messages(first) };
}

function streaming(response: UnaryResponse | StreamResponse): StreamResponse {
  if (!response.stream) throw new ConnectError("a stream was answered by a single message", Code.Internal);
  return response;
}

/** The one request message of a server stream. It is kept, to be able to ask again. */
async function only(messages: AsyncIterable<Message>): Promise<Message> {
  for await (const message of messages) return message;
  throw new ConnectError("a server stream needs a request", Code.Internal);
}

async function* once(message: Message): AsyncIterable<Message> {
  yield message;
}
