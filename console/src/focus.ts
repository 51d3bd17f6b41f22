/** To the content: what was pressed has gone away, or is to be passed over. */
export const focusContent = (): void => document.getElementById('content')?.focus()
