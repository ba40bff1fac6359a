/** The class names that hold. */
export function names(...given: Array<string | false | null | undefined>): string {
  return given.filter(Boolean).join(" ");
}
