/**
 * The part of the protocol buffers wire format that onnx.proto needs, written by hand: a model's weights are most of its
 * bytes, and they are appended as they are instead of passing through an object tree.
 *
 *   field := varint(number << 3 | wire type) payload
 *   wire type 0 varint, 2 length-delimited, 5 four bytes little endian
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  int(field: number, value: number | bigint): this {
    return this.#append(varint((field << 3) | 0)).#append(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#append(varint((field << 3) | 5)).#append(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#append(varint((field << 3) | 2))
      .#append(varint(value.byteLength))
      .#append(value);
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    this.#append(varint((field << 3) | 2)).#append(varint(inner.length));
    for (const chunk of inner.#chunks) this.#append(chunk);
    return this;
  }

  /** Fields that are encoded already. */
  encoded(fields: Uint8Array): this {
    return this.#append(fields);
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return out;
  }

  #append(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
    return this;
  }
}

/** Negative numbers take ten bytes: two's complement of 64 bits. */
function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
