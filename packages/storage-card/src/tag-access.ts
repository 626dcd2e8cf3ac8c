/**
 * The application's way to a storage card: APDUs to the reader, and frames to the tag where the reader lets them through.
 * For the helpers of the tag families.
 * @packageDocumentation
 */
export { isTagAccessError, TagAccessError, type TagAccessErrorCode } from "./tag-access/tag-access-error.ts";
export {
  createTagAccess,
  type FrameOptions,
  type FrameReply,
  type RawWay,
  type TagAccess,
  type TagAccessOptions,
  type TagConnection,
} from "./tag-access/tag-access.ts";
