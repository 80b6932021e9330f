// Says that an expression has just this type, and not one that merely fits.

// biome-ignore lint/suspicious/noExplicitAny: it is what this is about.
export type Anything = any

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** `is<string>()(value)` is an error of the compiler where `value` is anything but a `string`, `any` among it. */
export declare function is<Wanted>(): <Found>(
  value: Found,
  ...same: Same<Found, Wanted> extends true ? [] : ['not so']
) => void
