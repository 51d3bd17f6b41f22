/** Reasons of the relay, in plain words with what to do: why a phone was not reached. */
const REASONS: Record<string, string> = {
  wrong_environment: "the token is of Apple's other environment (sandbox or production), or of another Firebase project",
  wrong_topic: 'the token is of another app, or the VoIP and the alert token are mixed up',
  credentials_refused: "the relay's credentials are refused: whoever runs the relay must renew them",
  unregistered: 'the app is gone from the phone, or has a newer token: it must register again',
  endpoint_disabled: 'SNS has disabled the token after a refusal: the phone must register again',
  endpoint_deleted: 'SNS does not know the token any more: the phone must register again',
  payload_refused: 'the push itself was refused',
  payload_too_large: 'the push is too large',
  throttled: 'too many pushes at once',
  provider_unavailable: 'the service was unavailable until the ring window was over',
  ttl_expired: 'the ring window was over before it could be delivered',
  ring_window_over: 'the ring window was over before it could be sent',
  unknown_app: 'the relay has no such mobile app for this platform',
  awake: 'the phone is awake, and had the call without a push',
  same_phone: 'the phone is registered under another id as well, which was pushed to',
  no_voip_token: 'no VoIP token is registered',
  no_alert_token: 'no alert token is registered',
  no_fcm_token: 'no FCM token is registered',
}

/** `reason: what it means`, or the reason by itself. */
export const nameReason = (reason: string): string => (REASONS[reason] ? `${reason}: ${REASONS[reason]}` : reason)
