/** The contact without the push parameters of RFC 8599: the place where a phone is. */
export const withoutPush = (uri: string): string => uri.replace(/;pn-[^;>]*/gi, '')

/** What is the same of a phone at every place: its token, the first of an iPhone's two. */
export const pushIdOf = (uri: string): string | undefined => /;pn-prid=([^;:>&]+)/i.exec(uri)?.[1]
