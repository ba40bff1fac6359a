// A text that somebody else wrote, with its web addresses as links. Nothing in it is taken for markup.

import { Fragment } from "react";

const address = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/gi;

export interface Piece {
  text: string;
  href?: string;
}

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of text.matchAll(address)) {
    const [href] = found;
    if (!URL.canParse(href)) continue;
    if (found.index > end) pieces.push({ text: text.slice(end, found.index) });
    pieces.push({ text: href, href });
    end = found.index + href.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

export function RichText({ text }: { text: string }) {
  return (
    <span dir="auto" className="block break-words whitespace-pre-wrap">
      {piecesOf(text).map((piece, index) =>
        piece.href ? (
          // Pieces have no names of their own and never move.
          <a key={`${index}`} href={piece.href} target="_blank" rel="noopener noreferrer nofollow ugc" className="underline underline-offset-2 hover:text-brand">
            {piece.text}
          </a>
        ) : (
          <Fragment key={`${index}`}>{piece.text}</Fragment>
        ),
      )}
    </span>
  );
}
