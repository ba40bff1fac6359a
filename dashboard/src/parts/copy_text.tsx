import { Copy } from "lucide-react";
import { useWords } from "../words/provider";
import { IconButton } from "./button";
import { tell, tellProblem } from "./toast";

/** What is entered elsewhere exactly as it stands here: an address, a secret. `label` says what the button copies. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const { t } = useWords();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell(t("action.copied"));
    } catch (error) {
      tellProblem(error);
    }
  };
  return (
    <span className="flex items-center gap-1 rounded-md bg-sunken ps-3">
      <code dir="ltr" className="min-w-0 flex-1 py-2 text-start font-mono text-sm break-all select-all">
        {text}
      </code>
      <IconButton label={label} onClick={copy}>
        <Copy aria-hidden className="size-4" />
      </IconButton>
    </span>
  );
}
