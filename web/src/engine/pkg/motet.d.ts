/* tslint:disable */
/* eslint-disable */

/**
 * An editing replica of one document.
 */
export class Engine {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A place at a UTF-16 position that survives edits, staying with its left or right neighbour.
     */
    anchor(position: number, bias: string): string;
    /**
     * Everyone in the log.
     */
    authors(): any;
    /**
     * Who is responsible for what in a range of the visible text, in UTF-16 positions.
     */
    blame(from: number, to: number): any;
    /**
     * Whether [`Engine::redo`] would do anything.
     */
    canRedo(): boolean;
    /**
     * Whether [`Engine::undo`] would do anything.
     */
    canUndo(): boolean;
    /**
     * The personal choices, to be kept and given to the constructor.
     */
    choices(): Uint8Array;
    /**
     * Makes one action of replacements `{from, to, insert}`, ascending, in UTF-16 positions of the
     * text before any of them.
     */
    edit(changes: Array<any>): void;
    /**
     * How many actions wait because of a hold.
     */
    held(): number;
    /**
     * Leaves an author's work out of sight, or not.
     */
    hideAuthor(author: string, on: boolean): any;
    /**
     * Leaves elements out of sight, or not.
     */
    hideRange(spans: string, on: boolean): any;
    /**
     * The edit runs of everybody, oldest first.
     */
    history(): any;
    /**
     * Lets what an author, or with null everybody else, writes from now on wait; or no longer.
     */
    hold(author: string | null | undefined, on: boolean): any;
    /**
     * Whether everybody else's work waits.
     */
    holdsAll(): boolean;
    /**
     * Takes in frames, in any order, any number of times; returns what they change in the text. What
     * is refused is left out, and thrown at the end if nothing else could be done.
     */
    import(frames: any): any;
    /**
     * Opens a document from what the store holds.
     */
    constructor(options: any);
    /**
     * Switches anybody's actions on again, for everybody.
     */
    redoRange(spans: string): any;
    /**
     * Brings back what the author's latest undo took; null where there is nothing.
     */
    redo(): any;
    /**
     * The UTF-16 position of an anchor; null where its element is not here.
     */
    resolve(anchor: string): number | null;
    /**
     * Makes the text what it was at a version, by a new action.
     */
    restore(version: Uint8Array | number[]): any;
    /**
     * Frames of the own actions since the last call, to be stored and sent.
     */
    seal(): any;
    /**
     * A name of the state that the shared view has: equal on all members at one version.
     */
    stateHash(): string;
    /**
     * The text at a version.
     */
    textAt(version: Uint8Array | number[]): string;
    /**
     * The text as it is shown.
     */
    text(): string;
    /**
     * Switches anybody's actions off, for everybody.
     */
    undoRange(spans: string): any;
    /**
     * Takes back the author's latest edit run; null where there is none.
     */
    undo(): any;
    /**
     * How much of everybody's writing is here.
     */
    version(): Uint8Array;
    /**
     * The author who writes here.
     */
    readonly author: string;
}

/**
 * One member, over one socket that comes and goes.
 */
export class Member {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Leaves a document.
     */
    close(document: string): void;
    /**
     * The socket opened.
     */
    connected(now_ms: number): void;
    /**
     * The socket is gone.
     */
    disconnected(): void;
    /**
     * What happened since the last call.
     */
    events(): any;
    /**
     * Has a blob's bytes, to give them to others; how the blob is called.
     */
    keepBlob(document: string, bytes: Uint8Array | number[]): string;
    /**
     * Takes in frames that a page of this browser sealed, after they were stored.
     */
    local(document: string, frames: any): void;
    /**
     * A member of the author with this secret.
     */
    constructor(options: any);
    /**
     * Joins a document, with what the store holds of it.
     */
    open(document: string, frames: any): void;
    /**
     * Says where the person is: `{name, colour, anchor, head}`.
     */
    present(document: string, presence: any): void;
    /**
     * Takes in a message from the socket.
     */
    receive(message: Uint8Array | number[], now_ms: number): void;
    /**
     * The next message for the socket.
     */
    send(): Uint8Array | undefined;
    /**
     * Lets time pass; returns when to call again at the latest, in milliseconds from now.
     */
    tick(now_ms: number): number;
    /**
     * Fetches a blob as soon as the document names it: the event `blob` brings it.
     */
    wantBlob(document: string, hash: string): void;
}

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly __wbg_member_free: (a: number, b: number) => void;
    readonly engine_anchor: (a: number, b: number, c: number, d: number) => [number, number];
    readonly engine_author: (a: number) => [number, number];
    readonly engine_authors: (a: number) => any;
    readonly engine_blame: (a: number, b: number, c: number) => any;
    readonly engine_canRedo: (a: number) => number;
    readonly engine_canUndo: (a: number) => number;
    readonly engine_choices: (a: number) => [number, number];
    readonly engine_edit: (a: number, b: any) => [number, number];
    readonly engine_held: (a: number) => number;
    readonly engine_hideAuthor: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly engine_hideRange: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly engine_history: (a: number) => any;
    readonly engine_hold: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly engine_holdsAll: (a: number) => number;
    readonly engine_import: (a: number, b: any) => [number, number, number];
    readonly engine_new: (a: any) => [number, number, number];
    readonly engine_redo: (a: number) => any;
    readonly engine_redoRange: (a: number, b: number, c: number) => [number, number, number];
    readonly engine_resolve: (a: number, b: number, c: number) => any;
    readonly engine_restore: (a: number, b: number, c: number) => [number, number, number];
    readonly engine_seal: (a: number) => any;
    readonly engine_stateHash: (a: number) => [number, number];
    readonly engine_text: (a: number) => [number, number];
    readonly engine_textAt: (a: number, b: number, c: number) => [number, number, number, number];
    readonly engine_undo: (a: number) => any;
    readonly engine_undoRange: (a: number, b: number, c: number) => [number, number, number];
    readonly engine_version: (a: number) => [number, number];
    readonly member_close: (a: number, b: number, c: number) => [number, number];
    readonly member_connected: (a: number, b: number) => void;
    readonly member_disconnected: (a: number) => void;
    readonly member_events: (a: number) => any;
    readonly member_keepBlob: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly member_local: (a: number, b: number, c: number, d: any) => [number, number];
    readonly member_new: (a: any) => [number, number, number];
    readonly member_open: (a: number, b: number, c: number, d: any) => [number, number];
    readonly member_present: (a: number, b: number, c: number, d: any) => [number, number];
    readonly member_receive: (a: number, b: number, c: number, d: number) => void;
    readonly member_send: (a: number) => [number, number];
    readonly member_tick: (a: number, b: number) => number;
    readonly member_wantBlob: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
