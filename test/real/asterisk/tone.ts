const RATE = 8000

/** A WAV file of a soft tone, 8 kHz mono. */
export function tone(seconds: number): Buffer {
  const samples = Buffer.alloc(RATE * seconds * 2)
  for (let i = 0; i < RATE * seconds; i++)
    samples.writeInt16LE(Math.round(4000 * Math.sin((i * 2 * Math.PI * 440) / RATE)), i * 2)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(RATE, 24)
  header.writeUInt32LE(RATE * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}
