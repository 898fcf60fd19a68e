/** The note that is written in, under its toolbar. */
import { keymap } from "prosemirror-keymap";
import type { Command } from "prosemirror-state";
import { memo, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Shown } from "../editor/content";
import { setLanguage } from "./code";
import { COMMENTS } from "./Comments";
import { type Chosen, ImageDialog, LanguageDialog, LinkDialog } from "./Dialogs";
import { filesPlugin } from "./files";
import { highlightsPlugin } from "./highlights";
import { changeImage, imageAt, insertFootnote, insertImage, linkAt, setLink } from "./insert";
import { toggleCode, toggleQuote } from "./keys";
import { linksPlugin } from "./links";
import type { OpenNote } from "./note";
import { threadsPlugin } from "./threads";
import { Toolbar } from "./Toolbar";

type Asked = { what: "link"; address: string } | { what: "language"; language: string } | { what: "image"; known: { address: string | null; alt: string } | null } | null;

/** Whether there is room beside the text, and nothing in it. */
const isRoomy = () => window.innerWidth > 720 && !document.querySelector(".panel");

/** A command that is no step of the editor's. */
const doing = (act: () => void): Command => (_, dispatch) => {
  if (dispatch) act();
  return true;
};

export const LiveNote = memo(function LiveNote({ note, isHidden, showPanel }: Pick<Shown, "isHidden" | "showPanel"> & { note: OpenNote }) {
  const box = useRef<HTMLDivElement>(null);
  const [asked, ask] = useState<Asked>(null);
  const askLink = () => {
    const state = note.state();
    if (state) ask({ what: "link", address: linkAt(state)?.mark.attrs["address"] ?? "" });
  };
  const askLanguage = () => ask({ what: "language", language: note.state()?.selection.$from.parent.attrs["info"] ?? "" });
  const askImage = () => {
    const image = imageAt(note.state());
    ask({ what: "image", known: image && { address: image.attrs["address"], alt: image.attrs["alt"] ?? "" } });
  };
  const comment = () => {
    if (note.beginDraft()) showPanel(COMMENTS.id);
  };
  const toToolbar = () => document.querySelector<HTMLElement>(".note-bar button[tabindex='0']")?.focus();
  const current = useRef({ askLink, comment });
  current.current = { askLink, comment };
  useEffect(() => {
    const keys = keymap({
      "Mod-k": doing(() => current.current.askLink()),
      "Mod-Alt-m": doing(() => current.current.comment()),
      "Mod-Alt-f": insertFootnote,
      "Mod-Alt-c": toggleCode,
      "Mod-Shift-b": toggleQuote,
      "Alt-F10": doing(toToolbar),
    });
    const files = filesPlugin((files, place) => void note.addPictures(files, place), note.keep);
    const close = note.mount(box.current as HTMLElement, [keys, files, linksPlugin, threadsPlugin(), highlightsPlugin()]);
    note.focus();
    return close;
  }, [note]);
  const done = (command: Command | null) => {
    // The dialog is gone first: nothing beside an open one can have the keyboard.
    flushSync(() => ask(null));
    if (command) note.run(command);
    else note.focus();
  };
  const put = (picture: Chosen | null) => {
    const isKnown = asked?.what === "image" && asked.known !== null;
    done(picture && "address" in picture ? (isKnown ? changeImage(picture) : insertImage(picture)) : null);
    if (picture && "files" in picture) void note.addPictures(picture.files, null, picture.alt);
  };
  return (
    <div className="note-page" hidden={isHidden}>
      <Toolbar note={note} onLink={askLink} onImage={askImage} onLanguage={askLanguage} onComment={comment} />
      {/* Where something else is open beside the note it stays. */}
      <div className="note-scroll" ref={box} onClick={({ target }) => target instanceof Element && target.closest(".note-comment") && isRoomy() && showPanel(COMMENTS.id)} />
      {asked?.what === "link" && <LinkDialog address={asked.address} onDone={(address) => done(address === null ? null : setLink(address))} />}
      {asked?.what === "language" && <LanguageDialog language={asked.language} onDone={(language) => done(language === null ? null : setLanguage(language))} />}
      {asked?.what === "image" && <ImageDialog known={asked.known} onDone={put} />}
    </div>
  );
});
