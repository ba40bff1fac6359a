import { Eye, EyeOff } from "lucide-react";
import { type InputHTMLAttributes, useState } from "react";
import { useWords } from "../words/provider";
import { TextInput } from "./field";

export function PasswordInput(props: InputHTMLAttributes<HTMLInputElement>) {
  const { t } = useWords();
  const [isShown, setShown] = useState(false);
  return (
    // In one direction: the button stands on what the input leaves free.
    <div className="relative" dir={props.dir}>
      <TextInput {...props} type={isShown ? "text" : "password"} className="pe-11" autoCapitalize="off" spellCheck={false} />
      <button
        type="button"
        aria-label={t(isShown ? "password.hide" : "password.show")}
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
        className="absolute end-1 top-1/2 inline-flex size-8 -translate-y-1/2 items-center justify-center rounded text-ink-faint hover:text-ink"
      >
        {isShown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
      </button>
    </div>
  );
}
