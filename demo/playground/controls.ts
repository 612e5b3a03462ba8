import { adaptFields, type FieldErrors, type FieldName, type Fields } from './settings.ts';

/** The form. Every field of the settings has a control of its name, or radio buttons. */
export class Controls {
  readonly #form: HTMLFormElement;
  #fields: Fields;

  constructor(form: HTMLFormElement, fields: Fields, onChange: () => void) {
    this.#form = form;
    this.#fields = fields;
    this.show(fields);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('change', (event) => {
      const { name, value } = event.target as HTMLInputElement | HTMLSelectElement;
      this.#set(name as FieldName, value);
      onChange();
    });
    form.querySelector('#new-seed')?.addEventListener('click', () => {
      this.#set('seed', String(1 + Math.floor(Math.random() * 9999)));
      onChange();
    });
  }

  get fields(): Fields {
    return this.#fields;
  }

  /** Changes one field, and what goes with it. */
  #set(name: FieldName, text: string): void {
    this.show(adaptFields({ ...this.#fields, [name]: text }, name));
  }

  show(fields: Fields): void {
    this.#fields = fields;
    for (const [name, text] of Object.entries(fields)) {
      const control = this.#form.elements.namedItem(name) as HTMLInputElement | RadioNodeList | null;
      if (control) control.value = text;
    }
  }

  /** Puts every error beside its field; `hints` are what stands there otherwise. */
  showErrors(errors: FieldErrors, hints: Partial<Record<FieldName, string>>): void {
    for (const note of this.#form.querySelectorAll<HTMLElement>('[data-note]')) {
      const name = note.dataset.note as FieldName;
      note.textContent = errors[name] ?? hints[name] ?? '';
      note.classList.toggle('error', errors[name] !== undefined);
      const control = this.#form.elements.namedItem(name) as HTMLInputElement;
      control.setAttribute('aria-invalid', String(errors[name] !== undefined));
    }
  }
}
