/** Settings under a name, as data: an option given beside a preset wins over it. */
import type { TrainSettings } from "./run/settings.ts";

export interface Preset {
  /** One line for `--help`. */
  readonly about: string;
  readonly settings: Partial<TrainSettings>;
}

export const PRESETS = {
  /**
   * A. Karpathy, char-rnn, the defaults of its train.lua: two LSTM layers of 128 with two biases a gate, one-hot characters,
   * RMSprop. There rnn_size is 128, num_layers 2, seq_length and batch_size 50, learning_rate 2e-3 times 0.97 an epoch after epoch
   * 10, decay_rate 0.95, grad_clip 5, uniform weights of ±0.08 and a forget bias of 1.
   */
  "char-rnn": {
    about: "the settings of Karpathy's char-rnn: 2 x 128 LSTM, RMSprop, 50 epochs",
    settings: {
      cell: "lstm-torch",
      hiddenSize: 128,
      layers: 2,
      embeddingSize: 0,
      dropout: 0,
      tokens: "characters",
      init: "uniform:0.08",
      forgetBias: 1,
      window: 50,
      batchSize: 50,
      epochs: 50,
      optimizer: "rmsprop",
      learningRate: 2e-3,
      alpha: 0.95,
      schedule: "step:0.97:1:10",
      clipValue: 5,
      validation: 0.05,
    },
  },
} as const satisfies Record<string, Preset>;

export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);
