/** What GlobalPlatform Card Specification 2.3.1 (section 11.1.3 and the commands' own tables) adds or says otherwise. */
export const GLOBALPLATFORM_STATUS_WORDS = {
  "6200": ["CHANNEL_ALREADY_CLOSED", "logical channel already closed"],
  "6283": ["CARD_LOCKED", "card life cycle state is CARD_LOCKED"],
  "6300": ["HOST_CRYPTOGRAM_FAILED", "authentication of the host cryptogram failed"],
  "6310": ["MORE_DATA_AVAILABLE", "more data available"],
  "6400": ["NO_SPECIFIC_DIAGNOSIS", "no specific diagnosis"],
  "6A80": ["WRONG_VALUES", "incorrect values in the command data"],
  "6A82": ["APPLICATION_NOT_FOUND", "application not found"],
  "6A84": ["NOT_ENOUGH_MEMORY", "not enough memory space"],
  "9484": ["ALGORITHM_NOT_SUPPORTED", "algorithm not supported", "checking-error"],
  "9485": ["INVALID_KEY_CHECK_VALUE", "invalid key check value", "checking-error"],
} as const;

export type GlobalPlatformStatusWordName =
  (typeof GLOBALPLATFORM_STATUS_WORDS)[keyof typeof GLOBALPLATFORM_STATUS_WORDS][0];
