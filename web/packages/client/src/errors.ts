/** What goes wrong, with a stable code that programs can tell it by. */

/**
 * The codes of errors that a program is likely to handle. Others, which the engine and the wire have, are passed on as
 * they are.
 *
 * - `permission`: the token is missing or wrong, or the document is not for you
 * - `unreachable`: the server does not answer
 * - `no-document`, `ambiguous`: no document, or more than one, has that name
 * - `address`: the URL is none
 * - `closed`: what was asked is closed already
 * - `read-only`: a version of the past was to be changed
 * - `order`: something was done within a change that only goes outside of one
 * - `range`: a place outside of a text or a list
 * - `value`, `too-large`: something that no register can hold, or more than fits
 * - `kind`, `name`, `gone`: a container that is of another kind, cannot be called so, or is not there
 * - `cycle`: a node was to go below itself
 * - `store`, `store-busy`: what keeps documents on this device failed, or belongs to another process
 * - `json`: what was given as JSON is none, or too long; `empty`: a JSON document says nothing, since all was taken back
 * - `no-websocket`: nothing here opens a WebSocket
 */
export type ErrorCode =
  | "permission" | "unreachable" | "no-document" | "ambiguous" | "address" | "closed" | "read-only" | "order" | "range"
  | "value" | "too-large" | "kind" | "name" | "gone" | "cycle" | "store" | "store-busy" | "json" | "empty" | "no-websocket"
  // Keeps the list above in editors' completions while any other code is allowed.
  | (string & {});

/** Every error that this package throws. Its message says what to do. */
export class MotetError extends Error {
  override readonly name = "MotetError";

  constructor(
    /** Stable, fit for programs. */
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whatever was thrown, as an error of this package. */
  static from(error: unknown, code: ErrorCode = "failed"): MotetError {
    if (error instanceof MotetError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const own = (error as { code?: unknown } | null)?.code;
    return new MotetError(typeof own === "string" ? own : code, message, { cause: error });
  }
}
