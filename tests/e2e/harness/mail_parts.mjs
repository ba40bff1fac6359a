// The two parts of a mail as its reader's program shows them: {text, html}; undefined where there is none.
export function mail_parts({ text: body, headers }) {
  const boundary = /^multipart\/alternative; boundary="([^"]+)"$/.exec(headers["content-type"])?.[1];
  if (!boundary) return { text: body, html: undefined };
  const part = (type) => {
    const found = body.split(`--${boundary}`).find((one) => one.includes(`Content-Type: ${type};`));
    return found && decoded(found.slice(found.indexOf("\n\n") + 2));
  };
  return { text: part("text/plain"), html: part("text/html") };
}

// Quoted-printable.
function decoded(text) {
  const bytes = text.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
