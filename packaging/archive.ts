import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A file of a package: at `path` without a leading slash, of this text or bytes or a copy of another file. */
export type PackedFile = { path: string; mode?: number } & ({ content: string | Buffer } | { copyOf: string })

/** Compressed without a name and a time. */
export const gzip = (text: string): Buffer => gzipSync(text, { level: 9 })

/** Lays the files out in a folder, with the modes that they are to have whatever the umask is. */
export function layOut(folder: string, files: readonly PackedFile[]): void {
  for (const file of files) {
    const path = join(folder, file.path)
    mkdirSync(dirname(path), { recursive: true })
    if ('copyOf' in file) copyFileSync(file.copyOf, path)
    else writeFileSync(path, file.content)
    chmodSync(path, file.mode ?? 0o644)
  }
}

/** Packs `name`, a folder in `parent`, as .tar.gz: sorted, owned by root, of one time (`epoch`, seconds). */
export function packTarball({
  parent,
  name,
  output,
  epoch,
}: {
  parent: string
  name: string
  output: string
  epoch: number
}): void {
  const same = ['--sort=name', '--owner=root:0', '--group=root:0', '--format=gnu', `--mtime=@${epoch}`, '--mode=u+rwX,go+rX,go-w']
  execFileSync('tar', ['--create', ...same, '--use-compress-program=gzip -9n', '--file', output, '--directory', parent, name])
}
