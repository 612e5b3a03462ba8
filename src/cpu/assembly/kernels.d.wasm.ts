/** The kernels' WebAssembly, compressed ("deflate-raw") and in base64. */
export declare const deflated: string;
/** An operation's code by the name of its kernel, for those that there are. */
export declare const opcodes: Readonly<Record<string, number>>;
