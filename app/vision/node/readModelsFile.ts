import { parseModelsFile, type ModelsFile } from '../models/modelsFile.ts';
import { readModel } from './readModel.ts';

/**
 * Apart from the loading of sessions: the thread that those live in is handed its models, and need not know how to parse.
 * @throws Fault `model` where the file is missing or says something that it must not
 */
export function readModelsFile(path: string): ModelsFile {
  return parseModelsFile(readModel(path).toString('utf8'), path);
}
