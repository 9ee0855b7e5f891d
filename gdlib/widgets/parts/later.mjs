/* Code that is fetched only when a reader asks for what it does, and the sentence for when it does not arrive. */

/** What `fetching`, an import(), gives; `what` names it in the error, which has the browser's own as its cause. */
export async function later(fetching, what) {
  try {
    return await fetching;
  } catch (cause) {
    throw new Error(`${what} could not be fetched: try again once you are online, or load the page anew`, { cause });
  }
}
