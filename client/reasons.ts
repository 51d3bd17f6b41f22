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
  sns_slow: "SNS's answer was late or lost: it may have the push all the same",
  sns_failed: 'SNS failed until the ring window was over',
  sns_unreachable: 'the relay could not reach SNS',
  relay_slow: 'the relay had no time left to push',
  invalid_parameter: 'SNS does not take the push as it is: whoever runs the relay finds its words in the log',
  not_authorized: 'the relay may not publish: whoever runs it must mend its permissions',
  platform_application_disabled:
    "SNS has disabled the platform application: whoever runs the relay must renew the app's credentials",
  unexpected_refusal: 'SNS refused for a reason that has no name here: whoever runs the relay finds its words in the log',
  no_voip_token: 'no VoIP token is registered',
  no_alert_token: 'no alert token is registered',
  no_fcm_token: 'no FCM token is registered',
}

/** `reason: what it means`, or the reason by itself. */
export const nameReason = (reason: string): string => (REASONS[reason] ? `${reason}: ${REASONS[reason]}` : reason)
