// Pictures made by hand: PNG is simple enough, and every lie about one is a few bytes. Of JPEG and WebP one each, 4 x 3.

import { randomFillSync } from "node:crypto";
import { deflateSync } from "node:zlib";

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(8 + data.length + 4);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc_of(body), 8 + data.length);
  return framed;
}

function crc_of(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

// An RGB picture; `said` is what its header claims, `text` a comment inside, `noise` what no packing makes smaller.
export function png(width, height, { said = { width, height }, text, seed = 0, noise = false } = {}) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(said.width, 0);
  header.writeUInt32BE(said.height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  if (noise) randomFillSync(rows);
  for (let i = 0; i < rows.length; i += 1) {
    if (i % (1 + width * 3) === 0) rows[i] = 0;
    else if (!noise) rows[i] = (i * 7 + seed) % 256;
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", header),
    ...(text ? [chunk("tEXt", Buffer.from(`Comment\0${text}`, "latin1"))] : []),
    chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0)),
  ]);
}

export function size_of_png(bytes) {
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

export const jpeg = Buffer.from("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAADAAQDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABoQAQABBQAAAAAAAAAAAAAAAAADAQIEEyP/xAAVAQEBAAAAAAAAAAAAAAAAAAACA//EABsRAAIBBQAAAAAAAAAAAAAAAAECAAMREiEx/9oADAMBAAIRAxEAPwBBjQ6qc7QECxv2OmzYDc//2Q==", "base64");
export const webp = Buffer.from("UklGRkQAAABXRUJQVlA4IDgAAADQAQCdASoEAAMABABoJagCdAEO/gOOAAD+h95Xr1RfpW8tp+GQbjQ/PmuI+4OVAdog5d2+YAAAAA==", "base64");
