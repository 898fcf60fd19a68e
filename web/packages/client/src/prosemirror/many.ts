/**
 * Other attributes or marks of many nodes, as one step: a step for each would copy the row of all blocks each time, which for thousands of new
 * blocks takes seconds.
 */
import { type Attrs, Fragment, type Mark, type Node } from "prosemirror-model";
import { type Mappable, Step, StepResult } from "prosemirror-transform";

/** What a node at a place is to be; what is not said stays. */
export interface Look {
  at: number;
  attrs?: Attrs;
  marks?: readonly Mark[];
}

const looking = (node: Node, { attrs = {}, marks = node.marks }: Look) => node.type.create({ ...node.attrs, ...attrs }, node.content, marks);

/** The content of a node that begins at `start`, with looks from one of the list on until the content ends. */
class Rebuilding {
  private next = 0;

  constructor(private readonly looks: readonly Look[]) {}

  content(of: Node, start: number): Fragment {
    const end = start + of.content.size;
    if ((this.looks[this.next]?.at ?? end) >= end) return of.content;
    const nodes: Node[] = [];
    let at = start;
    for (const child of of.children) {
      nodes.push(this.node(child, at));
      at += child.nodeSize;
    }
    return Fragment.fromArray(nodes);
  }

  private node(node: Node, at: number): Node {
    const look = this.looks[this.next];
    if (!look || look.at >= at + node.nodeSize) return node;
    if (look.at === at) this.next++;
    const content = node.isLeaf ? node.content : this.content(node, at + 1);
    const inside = content === node.content ? node : node.copy(content);
    return look.at === at ? looking(inside, look) : inside;
  }
}

export class ManyStep extends Step {
  /** Of ascending places, each once. */
  constructor(readonly looks: readonly Look[]) {
    super();
  }

  override apply(doc: Node): StepResult {
    if (this.looks.some(({ at }) => doc.nodeAt(at)?.isText !== false)) return StepResult.fail("there is no node at one of the places");
    return StepResult.ok(doc.copy(new Rebuilding(this.looks).content(doc, 0)));
  }

  override invert(doc: Node): ManyStep {
    return new ManyStep(
      this.looks.map(({ at, attrs, marks }) => {
        const node = doc.nodeAt(at)!;
        return { at, ...(attrs && { attrs: Object.fromEntries(Object.keys(attrs).map((key) => [key, node.attrs[key]])) }), ...(marks && { marks: node.marks }) };
      }),
    );
  }

  override map(mapping: Mappable): ManyStep | null {
    const looks = this.looks.flatMap((look) => {
      const { pos, deletedAfter } = mapping.mapResult(look.at, 1);
      return deletedAfter ? [] : [{ ...look, at: pos }];
    });
    return looks.length > 0 ? new ManyStep(looks) : null;
  }

  override toJSON(): object {
    return { stepType: "note:many", looks: this.looks };
  }
}
