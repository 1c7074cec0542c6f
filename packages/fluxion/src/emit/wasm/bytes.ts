/** A growing sequence of bytes with the number encodings of WebAssembly. */

const scratch = new DataView(new ArrayBuffer(8));

export class Bytes {
  private data = new Uint8Array(256);
  length = 0;

  /** What has been written; a view, valid until more is. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.data.subarray(0, this.length);
  }

  u8(byte: number): void {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = byte;
  }

  /** Unsigned LEB128, to 2^32 - 1. */
  u32(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  /** Signed LEB128. */
  s32(value: number): void {
    let rest = value | 0;
    for (;;) {
      const byte = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
        this.u8(byte);
        return;
      }
      this.u8(byte | 0x80);
    }
  }

  f64(value: number): void {
    this.reserve(8);
    scratch.setFloat64(0, value, true);
    for (let n = 0; n < 8; n++) this.data[this.length++] = scratch.getUint8(n);
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.data.set(bytes, this.length);
    this.length += bytes.length;
  }

  text(text: string): void {
    const bytes = utf8(text);
    this.u32(bytes.length);
    for (const byte of bytes) this.u8(byte);
  }

  /** Bytes with their number in front. */
  sized(bytes: Bytes): void {
    this.u32(bytes.length);
    this.bytes(bytes.written);
  }

  private reserve(more: number): void {
    const wanted = this.length + more;
    if (wanted <= this.data.length) return;
    const grown = new Uint8Array(Math.max(wanted, 2 * this.data.length));
    grown.set(this.data);
    this.data = grown;
  }
}

/** The bytes of a text, by means that the language itself has. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (let n = 0; n < text.length && text.charCodeAt(n) < 0x80; n++) bytes.push(text.charCodeAt(n));
  if (bytes.length === text.length) return bytes;
  bytes.length = 0;
  for (const [part] of encodeURIComponent(text).matchAll(/%..|./g)) {
    bytes.push(part.length === 1 ? part.charCodeAt(0) : Number.parseInt(part.slice(1), 16));
  }
  return bytes;
}
