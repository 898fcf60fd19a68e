/**
 * ProseMirror finds the block at a place by asking each before it how long it is, several times at every change: in a long note that reads
 * most of what there is. Of bodies it is known where their blocks begin, so they are asked here. Only how long that takes is other than
 * before; the editor's version is fixed.
 */
import { countBelow, LONG, placesOfBlocks, schema } from "@motet/client/prosemirror";
import { Fragment } from "prosemirror-model";

interface Found {
  index: number;
  offset: number;
}

const finding = Fragment.prototype as unknown as { findIndex(place: number): Found };

/** From when on finding is quick. */
export function findQuickly(): void {
  const { findIndex } = finding;
  finding.findIndex = function (this: Fragment, place: number): Found {
    const { content, size } = this;
    if (content.length < LONG || place <= 0 || place >= size || content[0]!.type !== schema.nodes.block) return findIndex.call(this, place);
    const places = placesOfBlocks({ content: this });
    const index = countBelow(places, place + 1) - 1;
    return { index, offset: places[index]! };
  };
}
