// Dates and times of messages as people read them.
const moment = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  dateStyle: 'medium',
  timeStyle: 'short',
});

export const when = (date: Date | null): string => (date === null ? 'Not yet' : moment.format(date));
