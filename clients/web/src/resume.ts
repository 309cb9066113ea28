// A server stream that outlives its token: the gate ends it when the token expires, and it is asked for again with a fresh one.
import {
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type Message,
  type MessageInitShape,
  type MessageShape,
  create,
} from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import type { Credentials } from "./credentials.js";

/** Where a method's streams go on after their token has expired: made by `resuming`. */
export interface Resumption {
  readonly method: DescMethod;
  /** What to ask for, after what was asked for and the last message that came. */
  readonly next: (request: Message, last: Message) => Message;
}

/**
 * Says where a method's streams go on. By default the same is asked for again, which suits a stream that begins with the present
 * state and then tells of changes.
 *
 *     resuming(LogService.method.follow, ({ folder }, last) => ({ folder, after: last.number }))
 */
export function resuming<I extends DescMessage, O extends DescMessage>(
  method: DescMethodServerStreaming<I, O>,
  next: (request: MessageShape<I>, last: MessageShape<O>) => MessageInitShape<I> = (request) =>
    request as MessageInitShape<I>,
): Resumption {
  return {
    method,
    next: (request, last) => create(method.input, next(request as MessageShape<I>, last as MessageShape<O>)),
  };
}

type Next = (request: UnaryRequest | StreamRequest) => Promise<UnaryResponse | StreamResponse>;

/**
 * Opens a server stream. Where its token is refused before the first message, the same is asked for with another one; where it is
 * refused later, what `resumption` says. Without one the stream ends: what was missed meanwhile only the application can tell.
 */
export async function stream(
  request: StreamRequest,
  next: Next,
  credentials: Credentials,
  resumption: Resumption | undefined,
): Promise<StreamResponse> {
  const asked = await only(request.message);
  const trailer = new Headers();
  let given = await credentials.given(request);
  let mayRenew = true; // once in a row
  let last: Message | undefined;

  const ask = async () => {
    const message = last === undefined || resumption === undefined ? asked : resumption.next(asked, last);
    const response = await next({ ...given, message: once(message) });
    if (!response.stream) throw new ConnectError("a stream was answered by a single message", Code.Internal);
    return response;
  };

  /** Asks again if that may help, or else gives the refusal on. */
  const askAgain = async (error: unknown) => {
    const renewed = mayRenew ? await credentials.renewed(given, error) : undefined;
    if (renewed === undefined) throw error;
    mayRenew = false;
    given = renewed;
    return ask();
  };

  async function* messages(first: StreamResponse): AsyncIterable<Message> {
    for (let current = first; ;) {
      try {
        for await (const message of current.message) {
          mayRenew = resumption !== undefined;
          last = message;
          yield message;
        }
        current.trailer.forEach((value, name) => trailer.set(name, value));
        return;
      } catch (error) {
        current = await askAgain(error);
      }
    }
  }

  const first = await ask().catch(askAgain);
  return { ...first, trailer, message: messages(first) };
}

/** The one request message of a server stream. It is kept, to be able to ask again. */
async function only(messages: AsyncIterable<Message>): Promise<Message> {
  for await (const message of messages) return message;
  throw new ConnectError("a server stream needs a request", Code.Internal);
}

async function* once(message: Message): AsyncIterable<Message> {
  yield message;
}
