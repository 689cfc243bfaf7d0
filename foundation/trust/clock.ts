// How time is handed to everything in this room.

/** The present, in milliseconds since 1970 UTC: `Date.now` in life, a fixed value in tests. */
export type Clock = () => number;
