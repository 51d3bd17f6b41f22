import { v5 } from 'uuid'

/** The namespace of Wakecall's call identities: v5 of `urn:wakecall:call` in the URL namespace (RFC 9562, 5.5). */
const NAMESPACE = v5('urn:wakecall:call', v5.URL)

/** One identity of a call for CallKit, FCM and SIP: the version 5 UUID of `pbx/callId`. */
export const callUuid = (pbxId: string, callId: string): string => v5(`${pbxId}/${callId}`, NAMESPACE)
