/** The model that `cellstate explore MODEL` was started with: the server writes into the page where it is. */
import { messageOf, type Session } from "../state/session.ts";

/** Opens it, before the address is read: a link may be to it. Never throws. */
export async function openGiven(session: Session): Promise<void> {
  const told = document.querySelector<HTMLMetaElement>('meta[name="cellstate-model"]');
  if (!told) return;
  const name = told.dataset.name ?? "model.safetensors";
  try {
    const response = await fetch(new URL(told.content, document.baseURI));
    if (!response.ok)
      throw new Error(`${name}: cellstate explore no longer answers; start it again`);
    await session.openFile(new Uint8Array(await response.arrayBuffer()), name);
  } catch (error) {
    session.notify("error", messageOf(error));
  }
}
