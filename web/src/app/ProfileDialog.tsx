import { useState } from "react";
import { COLOURS } from "./colours";
import { Avatar, Dialog } from "./parts";
import { useProfile } from "./profile";

export function ProfileDialog({ onClose }: { onClose: () => void }) {
  const [profile, setProfile] = useProfile();
  const [name, setName] = useState(profile.name);
  const keep = (colour = profile.colour) => setProfile({ name: name.trim() || profile.name, colour });
  return (
    <Dialog title="How others see you" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          keep();
          onClose();
        }}
      >
        <label className="field">
          <span>Name</span>
          <input value={name} maxLength={60} autoFocus onChange={(event) => setName(event.target.value)} onBlur={() => keep()} />
        </label>
        <fieldset className="field">
          <legend>Colour of your caret</legend>
          <div className="swatches">
            {COLOURS.map((colour, index) => (
              <label key={colour} className="swatch" style={{ background: colour }}>
                <input type="radio" name="colour" aria-label={`Colour ${index + 1}`} checked={colour === profile.colour} onChange={() => keep(colour)} />
              </label>
            ))}
          </div>
        </fieldset>
        <p className="preview"><Avatar name={name} colour={profile.colour} /> {name.trim() || profile.name}</p>
        <div className="form-actions"><button type="submit" className="button is-primary">Done</button></div>
      </form>
    </Dialog>
  );
}
