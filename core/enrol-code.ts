import { createHash } from 'node:crypto'

/** Crockford's base32: no I, L, O and U (https://www.crockford.com/base32.html). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export const CODE_LENGTH = 20

/** A code of 100 bits out of `CODE_LENGTH` random bytes, 5 bits of each: every character is equally likely. */
export const codeFrom = (random: Uint8Array): string => Array.from(random, (byte) => ALPHABET[byte & 31]).join('')

/** In groups of five, as it is read out and typed. */
export const showCode = (code: string): string => code.match(/.{5}/g)?.join('-') ?? ''

/** What is stored of a code. 100 random bits need no salt and no slow hash: nobody can try them all. */
export const hashCode = (code: string): string => createHash('sha256').update(code).digest('hex')
