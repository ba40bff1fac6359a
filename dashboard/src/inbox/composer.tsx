// Where a person writes: to the customer, or a note to the team. To begin a reply takes the chat over; what is sent goes
// by the outbox, so that neither the network nor a reload loses it or doubles it.

import { Bot, FileText, Image, Paperclip, Send, StickyNote, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useApi, useChange, whole } from "../api/hooks";
import {
  type Attachment,
  add_note,
  type Conversation,
  discard_attachment,
  list_canned_replies,
  return_conversation_to_ai,
  send_message,
  take_over_conversation,
  upload_attachment,
} from "../api/operations";
import { ApiProblem } from "../api/problem";
import { useHere } from "../app/business";
import { useServices } from "../app/services";
import { customerName } from "../lib/customers";
import { useMedia } from "../lib/media";
import { names } from "../lib/names";
import { useNow } from "../lib/now";
import { Button, IconButton } from "../parts/button";
import { Kbd } from "../parts/kbd";
import { Spinner } from "../parts/spinner";
import { Banner } from "../parts/states";
import { tellProblem } from "../parts/toast";
import { useWords } from "../words/provider";
import { mentionedIn, mentionWords, slashWord } from "./composer_text";
import { useOutbox } from "./outbox_provider";
import { useMembers } from "./people";
import { sendWindow } from "./window";

export type Mode = "reply" | "note";

export interface ComposerHandle {
  focus(mode: Mode): void;
}

interface Choice {
  id: string;
  label: string;
  hint: string;
  pick(): void;
}

/** Of the account: the next person at this machine does not read it. */
const draftName = (account: string, chat: string, mode: Mode) => `sellavie.draft.${account}.${mode}.${chat}`;
const fileTypes = "image/jpeg,image/png,image/webp,application/pdf";

export function Composer({ chat, ref, onOwner }: { chat: Conversation; ref: Ref<ComposerHandle>; onOwner(owner: Pick<Conversation, "owner" | "epoch" | "taken_by">): void }) {
  const { t, left } = useWords();
  const { business_id, me, may } = useHere();
  const { call, queries } = useServices();
  const nameOf = (one: Mode) => draftName(me.id, chat.id, one);
  const outbox = useOutbox();
  const { all: members } = useMembers();
  const now = useNow(15_000);
  const isTouch = useMedia("(pointer: coarse)");
  const area = useRef<HTMLTextAreaElement>(null);
  const fileChooser = useRef<HTMLInputElement>(null);
  const [mode, setMode] = useState<Mode>("reply");
  const [text, setText] = useState(() => sessionStorage.getItem(nameOf("reply")) ?? "");
  const [files, setFiles] = useState<Attachment[]>([]);
  const [uploads, setUploads] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [isClosed, setClosed] = useState(false);

  const ids = { business_id, conversation_id: chat.id };
  const window = sendWindow(chat.channel, chat.last_customer_at, now);
  const takeOver = useChange(take_over_conversation, onOwner);
  const giveBack = useChange(return_conversation_to_ai, onOwner);
  const note = useChange(add_note, (_, { body: { text: said } }) => {
    // Not what was written since.
    if (sessionStorage.getItem(nameOf("note"))?.trim() === said) sessionStorage.removeItem(nameOf("note"));
    void queries.invalidateQueries({ queryKey: ["list_notes", { conversation_id: chat.id }] });
  });
  const isNoting = useRef(false);
  const canned = useApi(list_canned_replies, { business_id, query: whole }, { staleMs: 5 * 60_000 });

  // Each time that the AI has it, beginning to write takes it again.
  const { reset: forgetTakeover } = takeOver;
  useEffect(() => {
    if (chat.owner === "ai") forgetTakeover();
  }, [chat.owner, forgetTakeover]);

  const write = (next: string) => {
    setText(next);
    setChosen(0);
    setClosed(false);
    if (next) sessionStorage.setItem(nameOf(mode), next);
    else sessionStorage.removeItem(nameOf(mode));
  };
  const change = (next: Mode) => {
    if (next === mode) return;
    setMode(next);
    setText(sessionStorage.getItem(nameOf(next)) ?? "");
  };
  useImperativeHandle(ref, () => ({
    focus: (wanted) => {
      change(wanted);
      area.current?.focus();
    },
  }));

  // As tall as the text, up to a bound.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what the height follows
  useEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 220)}px`;
  }, [text, mode]);

  // To begin a reply is to answer: the AI must not speak meanwhile.
  const begin = (next: string) => {
    if (mode === "reply" && chat.owner === "ai" && next.trim() !== "" && !next.startsWith("/") && takeOver.isIdle) takeOver.mutate(ids, { onError: tellProblem });
    write(next);
  };

  const isNote = mode === "note";
  const mayWrite = may(send_message);
  const reason = chat.is_blocked ? t("composer.blocked") : window.state === "closed" ? t(`window.${window.why}`) : null;
  const isDisabled = !mayWrite || (!isNote && reason !== null);
  const isEmpty = text.trim() === "" && (isNote || files.length === 0);

  const slash = isNote ? null : slashWord(text);
  const at = isNote ? mentionWords(text) : null;
  const choices: Choice[] =
    slash !== null
      ? (canned.data?.items ?? [])
          .filter((one) => one.shortcut.toLowerCase().startsWith(slash.toLowerCase()))
          .slice(0, 8)
          .map((one) => ({ id: one.id, label: `/${one.shortcut}`, hint: one.text, pick: () => begin(one.text) }))
      : at !== null
        ? members
            .filter((one) => (one.name || one.email).toLowerCase().includes(at.toLowerCase()))
            .slice(0, 8)
            .map((one) => ({ id: one.id, label: one.name || one.email, hint: one.email, pick: () => write(`${text.slice(0, text.length - at.length)}${one.name || one.email} `) }))
        : [];
  const areChoicesOpen = choices.length > 0 && !isClosed;

  const submit = () => {
    if (isDisabled || isEmpty || uploads > 0) return;
    const said = text.trim();
    if (isNote) {
      // Enter twice on a slow network is one note.
      if (isNoting.current) return;
      isNoting.current = true;
      note.mutate(
        { ...ids, body: { text: said, mentions: mentionedIn(said, members) } },
        {
          onSuccess: () => setText((now) => (now.trim() === said ? "" : now)),
          onError: tellProblem,
          onSettled: () => {
            isNoting.current = false;
          },
        },
      );
      return;
    }
    if (!outbox.add({ ...ids, text: said, attachment_ids: files.map(({ id }) => id) })) return tellProblem(new ApiProblem({ kind: "unavailable", status: 503 }));
    if (chat.owner === "ai") onOwner({ ...chat, owner: "person" });
    setFiles([]);
    write("");
    area.current?.focus();
  };

  const upload = async (wanted: FileList | File[]) => {
    for (const file of [...wanted].slice(0, 10 - files.length)) {
      setUploads((count) => count + 1);
      try {
        const made = await call(upload_attachment, { business_id, query: { name: file.name.slice(0, 120) }, body: file });
        setFiles((before) => (before.some(({ id }) => id === made.id) ? before : [...before, made]));
      } catch (error) {
        tellProblem(error);
      } finally {
        setUploads((count) => count - 1);
      }
    }
  };
  const takeBack = (file: Attachment) => {
    setFiles((before) => before.filter(({ id }) => id !== file.id));
    // What nothing uses goes after a day by itself.
    call(discard_attachment, { business_id, attachment_id: file.id }).catch(() => {});
  };

  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (areChoicesOpen && ["ArrowDown", "ArrowUp", "Enter", "Tab"].includes(event.key)) {
      event.preventDefault();
      if (event.key === "ArrowDown") setChosen((chosen + 1) % choices.length);
      else if (event.key === "ArrowUp") setChosen((chosen + choices.length - 1) % choices.length);
      else choices[chosen]?.pick();
      return;
    }
    if (event.key === "Escape") {
      if (areChoicesOpen) setClosed(true);
      else area.current?.blur();
      event.stopPropagation();
      return;
    }
    // On a phone Enter is a new line, and the button sends.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && !isTouch) {
      event.preventDefault();
      submit();
    }
  };

  if (!mayWrite) return <p className="border-t border-line bg-surface px-5 py-4 text-center text-base text-ink-faint">{t("composer.viewer")}</p>;
  return (
    <div className="border-t border-line bg-surface px-3 pt-2 pb-3 sm:px-4">
      <div className="flex items-center gap-1 pb-2">
        <ModeTab isOn={!isNote} onClick={() => change("reply")}>
          {t("composer.reply")}
        </ModeTab>
        <ModeTab isOn={isNote} onClick={() => change("note")}>
          <StickyNote aria-hidden className="size-3.5" />
          {t("composer.note")}
        </ModeTab>
        <span className="ms-auto min-w-0 truncate text-xs text-ink-faint max-sm:invisible">
          {!isNote && window.state === "open" && chat.owner === "person" && t(window.isForPeopleOnly ? "window.left-people" : "window.left", { time: left(window.closesAt - now) })}
        </span>
        {!isNote && chat.owner === "person" && (
          <Button
            size="small"
            look="quiet"
            icon={<Bot aria-hidden className="size-4 text-ai" />}
            isBusy={giveBack.isPending}
            onClick={() => giveBack.mutate(ids, { onError: tellProblem })}
          >
            {t("composer.to-ai")}
          </Button>
        )}
      </div>
      {!isNote && reason !== null ? (
        <Banner tone="warn">{reason}</Banner>
      ) : (
        <div
          className={names(
            "relative rounded-xl border focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-brand",
            isNote ? "border-warn/40 bg-bubble-note" : "border-line-strong/70 bg-surface",
          )}
        >
          {areChoicesOpen && (
            <div
              id={`choices-${chat.id}`}
              role="listbox"
              aria-label={t(isNote ? "composer.members" : "composer.canned")}
              className="scroll-quiet absolute inset-x-0 bottom-full z-20 mb-2 max-h-64 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-floating"
            >
              {choices.map((one, index) => (
                <div
                  key={one.id}
                  id={`choice-${one.id}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === chosen}
                  onPointerDown={(event) => {
                    event.preventDefault();
                    one.pick();
                  }}
                  className={names("flex min-h-9 cursor-pointer items-baseline gap-3 rounded-md px-2.5 py-1.5 text-base", index === chosen && "bg-hover")}
                >
                  <span className="shrink-0 font-medium">{one.label}</span>
                  <span className="min-w-0 truncate text-sm text-ink-faint">{one.hint}</span>
                </div>
              ))}
            </div>
          )}
          {(files.length > 0 || uploads > 0) && (
            <ul className="flex flex-wrap gap-2 px-3 pt-3">
              {files.map((file) => (
                <li key={file.id} className="flex max-w-56 items-center gap-2 rounded-lg bg-sunken ps-2.5 text-sm">
                  {file.kind === "image" ? <Image aria-hidden className="size-4 shrink-0" /> : <FileText aria-hidden className="size-4 shrink-0" />}
                  <span className="min-w-0 truncate">{file.name}</span>
                  <IconButton label={t("composer.take-back", { name: file.name })} className="size-8!" onClick={() => takeBack(file)}>
                    <X aria-hidden className="size-3.5" />
                  </IconButton>
                </li>
              ))}
              {uploads > 0 && (
                <li className="flex min-h-8 items-center gap-2 text-sm text-ink-faint">
                  <Spinner />
                  {t("composer.uploading")}
                </li>
              )}
            </ul>
          )}
          <textarea
            ref={area}
            rows={1}
            dir={text ? "auto" : undefined}
            aria-label={t(isNote ? "composer.note-label" : "composer.label", { name: customerName(t, chat.customer_name, chat.customer_id) })}
            aria-autocomplete="list"
            aria-controls={areChoicesOpen ? `choices-${chat.id}` : undefined}
            aria-activedescendant={areChoicesOpen ? `choice-${choices[chosen]?.id}` : undefined}
            placeholder={t(isNote ? "composer.note-hint" : chat.owner === "ai" ? "composer.hint-ai" : "composer.hint")}
            value={text}
            maxLength={10_000}
            onChange={(event) => begin(event.target.value)}
            onKeyDown={press}
            onPaste={(event) => {
              const pasted = [...event.clipboardData.files];
              if (isNote || pasted.length === 0) return;
              event.preventDefault();
              void upload(pasted);
            }}
            className="scroll-quiet block max-h-56 min-h-11 w-full resize-none bg-transparent px-3.5 py-2.5 text-base leading-relaxed outline-none"
          />
          <div className="flex items-center gap-1 p-1.5 pt-0">
            {!isNote && (
              <>
                <IconButton label={t("composer.attach")} onClick={() => fileChooser.current?.click()} disabled={files.length >= 10}>
                  <Paperclip aria-hidden className="size-4.5" />
                </IconButton>
                <input
                  ref={fileChooser}
                  type="file"
                  accept={fileTypes}
                  multiple
                  hidden
                  aria-label={t("composer.attach")}
                  onChange={(event) => {
                    void upload(event.target.files ?? []);
                    event.target.value = "";
                  }}
                />
              </>
            )}
            <p className="hidden min-w-0 items-center gap-1.5 truncate ps-1 text-xs text-ink-faint sm:flex">
              <Kbd>{isNote ? "@" : "/"}</Kbd>
              {t(isNote ? "composer.mention-key" : "composer.canned-key")}
            </p>
            <Button
              look="primary"
              size="small"
              className="ms-auto pointer-coarse:min-h-11"
              icon={<Send aria-hidden className="size-4 rtl:-scale-x-100" />}
              disabled={isEmpty || uploads > 0}
              isBusy={note.isPending}
              onClick={submit}
            >
              {t(isNote ? "composer.add-note" : "composer.send")}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}

function ModeTab({ isOn, onClick, children }: { isOn: boolean; onClick(): void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onClick}
      className={names(
        "inline-flex min-h-8 items-center gap-1.5 rounded-md px-2.5 text-sm font-medium pointer-coarse:min-h-10",
        isOn ? "bg-hover text-ink" : "text-ink-faint hover:text-ink",
      )}
    >
      {children}
    </button>
  );
}
