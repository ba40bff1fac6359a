// A form's fields, and what is wrong with them: by the server's word for each field, or for all of it.

import { type FormEvent, useState } from "react";
import { type ApiProblem, asProblem } from "../api/problem";

export function useForm<Fields extends Record<string, unknown>>(initial: Fields, submit: (fields: Fields) => Promise<unknown>) {
  const [fields, setFields] = useState(initial);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const set = <Name extends keyof Fields>(name: Name, value: Fields[Name]) => setFields((before) => ({ ...before, [name]: value }));
  /** -> whether it went through. */
  const onSubmit = async (event?: FormEvent): Promise<boolean> => {
    event?.preventDefault();
    if (isBusy) return false;
    setBusy(true);
    setProblem(null);
    try {
      await submit(fields);
      return true;
    } catch (error) {
      setProblem(asProblem(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  const errors = problem?.fields ?? {};
  const isOfFields = problem?.kind === "invalid-fields" && Object.keys(errors).some((field) => field.slice(1) in fields);
  return {
    fields,
    set,
    setFields,
    onSubmit,
    isBusy,
    problem,
    /** What concerns no field. */
    refusal: isOfFields ? null : problem,
    errorOf: (name: keyof Fields & string): string | undefined => errors[`/${name}`],
    /** For an `<input>` of text. */
    text: (name: keyof Fields & string) => ({
      name,
      value: String(fields[name] ?? ""),
      onChange: (event: { target: { value: string } }) => set(name, event.target.value as Fields[typeof name]),
    }),
  };
}
