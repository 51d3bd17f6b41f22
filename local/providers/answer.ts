/**
 * What a push service answers: the HTTP status, its own code for a refusal, and the body in its own words. SNS copies the
 * body into the delivery record.
 */
export type ProviderAnswer = { status: number; reason?: string; body: string }
